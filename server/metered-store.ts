import type { Meter } from '../core/meter.ts';
import type { Ledger, Store } from '../core/store.ts';

/**
 * The same store, and the meter knows what goes into it: batches as they are written, jobs and runs as they are reported. So whoever
 * runs pipelines into it need not count.
 */
export function meteredStore<Kind extends Store>(store: Kind, meter: Meter, now: () => number = () => performance.now()): Kind {
  const ledger: Ledger = {
    ...store.ledger,
    async saveJobs(jobs) {
      await store.ledger.saveJobs(jobs);
      for (const job of jobs) meter.jobEnded(job);
    },
    async saveRun(run) {
      await store.ledger.saveRun(run);
      if (run.state !== 'running') meter.runEnded(run);
    },
  };
  const metered: Pick<Store, 'ledger' | 'write'> = {
    ledger,
    async write(batch) {
      const started = now();
      try {
        const result = await store.write(batch);
        meter.batchStored(batch, result, now() - started);
        return result;
      } catch (error) {
        meter.batchFailed(now() - started);
        throw error;
      }
    },
  };
  return { ...store, ...metered };
}
