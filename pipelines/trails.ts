import type { BucketList } from '../core/naming-list.ts';
import { trailDeliveryTime } from '../processors/trail-delivery-time.ts';
import { declarePipeline } from './declare-pipeline.ts';

export const TRAILS_LIST: BucketList = { names: 'buckets', file: 'trails.txt', objects: 'read', queues: true };

/** CloudTrail objects, from buckets, folders and queues. */
export const trails = declarePipeline({
  name: 'trails',
  order: 20,
  summary: 'CloudTrail events',
  lists: [TRAILS_LIST],
  views: ['awscli-trail'],
  // Each job prefetches objects: while one waits for S3 the other computes; more jobs would only hold more memory.
  concurrency: 2,
  source: { takes: 'folder or s3' },
  backfill: { layout: 'AWSLogs/account/CloudTrail/region/year/month/day' },
  deliveredAt: trailDeliveryTime,
  async open(context) {
    const [{ openLocations }, { trailsPipeline }] = await Promise.all([
      import('./objects/open-locations.ts'),
      import('./trails-pipeline.ts'),
    ]);
    const { clock, preserveOriginal } = context;
    return trailsPipeline({
      ...openLocations(TRAILS_LIST, context),
      clock,
      preserveOriginal,
      locate: await context.addressLocations(),
    });
  },
});
