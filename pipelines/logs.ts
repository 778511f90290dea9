import type { BucketList, LogGroupList } from '../core/naming-list.ts';
import { logDeliveryTime } from '../processors/logs/log-delivery-time.ts';
import { declarePipeline } from './declare-pipeline.ts';

const LOGS_LIST: BucketList = { names: 'buckets', file: 'logs.txt', objects: 'read', queues: true, datasets: true };
/** Groups of CloudWatch Logs, which are read directly. */
const LOG_GROUPS_LIST: LogGroupList = { names: 'log groups', file: 'log_groups.txt' };

/** Logs that AWS services write: to S3, from buckets, folders and queues; and to CloudWatch Logs. */
export const logs = declarePipeline({
  name: 'logs',
  order: 25,
  summary: 'service logs',
  lists: [LOGS_LIST, LOG_GROUPS_LIST],
  views: ['awslogs'],
  // Each job prefetches objects: while one waits for S3 the other computes; more jobs would only hold more memory.
  concurrency: 2,
  source: { takes: 'folder or s3' },
  backfill: { layout: 'AWSLogs/account/service/region/year/month/day' },
  deliveredAt: logDeliveryTime,
  async open(context) {
    const [{ openLocations }, { logsPipeline }] = await Promise.all([
      import('./objects/open-locations.ts'),
      import('./logs-pipeline.ts'),
    ]);
    const { reach, clock, preserveOriginal, communityId, source, backfill, live } = context;
    return logsPipeline({
      ...openLocations(LOGS_LIST, context),
      clock,
      preserveOriginal,
      communityId,
      locate: await context.addressLocations(),
      // A queue and a named source hold objects alone.
      groups: { reach, list: LOG_GROUPS_LIST, range: backfill, isPlanned: source === undefined && live === undefined },
    });
  },
});
