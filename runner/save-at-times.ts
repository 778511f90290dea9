import type { Ledger } from '../core/store.ts';
import type { RunTally } from './run-tally.ts';

/** Saves a run that lasts at an interval, as far as jobs have ended since the last time. */
export function saveAtTimes(
  tally: RunTally,
  ledger: Pick<Ledger, 'saveRun'>,
  saveReports: () => Promise<void>,
  everyMs: number,
): { stop(): Promise<void> } {
  let saved = 0;
  let saving = Promise.resolve();
  const save = async (): Promise<void> => {
    const report = tally.report('running');
    if (report.totals.jobs === saved) return;
    saved = report.totals.jobs;
    await saveReports();
    await ledger.saveRun(report);
  };
  const timer = setInterval(() => {
    // A store that fails is reported by the writes of documents.
    saving = saving.then(save).catch(() => undefined);
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await saving;
    },
  };
}
