import { parseS3Location } from '../core/s3-location.ts';
import { declarePipeline } from './declare-pipeline.ts';
import { S3_ACCOUNTS, S3_BUCKETS } from './s3-lists.ts';

/** Buckets of accounts, and objects of buckets with their totals. */
export const s3 = declarePipeline({
  name: 's3',
  order: 30,
  summary: 'buckets and their objects',
  lists: [S3_BUCKETS, S3_ACCOUNTS],
  views: ['awscli', 'awscli-current', 'awschanges'],
  concurrency: 8,
  source: { takes: 's3' },
  async open({ reach, history, source }) {
    const { s3Pipeline } = await import('./s3-pipeline.ts');
    return s3Pipeline({
      reach: await reach(),
      history,
      ...(source !== undefined && { source: parseS3Location(source) }),
    });
  },
});
