import type { Store } from '../../core/store.ts';
import { EMPTY_STORE } from './run-pipeline.ts';

/** A store that accepts every batch at once and keeps none, to measure the work before the store. */
export const nullStore = (): Store => ({
  name: 'null',
  ledger: {
    known: async () => new Set(),
    sources: async () => ({ sources: [], next: undefined }),
    checkpoint: async () => undefined,
    checkpoints: async () => ({ checkpoints: [], next: undefined }),
    saveRun: async () => undefined,
    saveJobs: async () => undefined,
    runs: async () => [],
    jobs: async () => ({ total: 0, jobs: [] }),
    problemReports: async () => ({ jobs: [], next: undefined }),
    swept: async () => new Set(),
    delivery: async () => undefined,
    note: async () => undefined,
    swapNote: async () => true,
  },
  write: async ({ documents }) => ({ written: documents.length, unchanged: 0, rejected: [] }),
  retire: async (sweeps) => sweeps.map(() => 0),
  prune: async (cutoffs) => ({ removed: cutoffs.map(() => ({ documents: 0, oldest: null })), runs: 0 }),
  beginDelivery: async () => undefined,
  publishDelivery: async () => true,
  answer: EMPTY_STORE.answer,
  counts: async () => ({}),
  indices: async () => [],
  page: async () => [],
  ready: async () => undefined,
  close: async () => undefined,
});
