import type { Meter } from '../core/meter.ts';
import type { Ledger, Store } from '../core/store.ts';

/** The same store, which counts batches, jobs and runs in the meter as they are written, so that callers need not count. */
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
