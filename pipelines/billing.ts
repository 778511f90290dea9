import type { BucketList } from '../core/naming-list.ts';
import { declarePipeline } from './declare-pipeline.ts';

const LIST: BucketList = { names: 'buckets', file: 'billing.txt', objects: 'read' };

/** Cost and Usage Reports: the newest complete delivery of each month. */
export const billing = declarePipeline({
  name: 'billing',
  order: 40,
  summary: 'Cost & Usage Reports',
  lists: [LIST],
  views: ['awsbilling'],
  // One delivery at a time already fills the store; a second would only double the memory.
  concurrency: 1,
  source: { takes: 'folder or s3' },
  async open(context) {
    const [{ openLocations }, { billingPipeline }] = await Promise.all([
      import('./objects/open-locations.ts'),
      import('./billing-pipeline.ts'),
    ]);
    return billingPipeline(openLocations(LIST, context));
  },
});
