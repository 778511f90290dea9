import { declarePipeline } from './declare-pipeline.ts';

/** The resources of every account: history and current state of each resource, what changed, and IAM users. */
export const inventory = declarePipeline({
  name: 'inventory',
  order: 10,
  summary: 'resources of every account',
  lists: [{ names: 'accounts', file: 'account.txt', expected: true }],
  views: ['awscli', 'awscli-current', 'awschanges', 'awsusers'],
  // Each sweep waits for AWS most of the time, and holds a page of at most 1,000 records while the store is busy: 3 MiB of snapshots, so that 64 full pages
  // are 200 MiB. Most sweeps of a big organisation find nothing.
  concurrency: 64,
  source: { takes: 'nothing', next: 'Use `orgscope import` for dumps.' },
  async open({ reach, history, inactiveAfterDays, hostSources }) {
    const { inventoryPipeline } = await import('./inventory-pipeline.ts');
    return inventoryPipeline({
      reach: await reach(),
      history,
      inactiveAfterDays,
      hostSources: await hostSources(),
    });
  },
});
