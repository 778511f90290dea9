import type { JobReport } from '../core/store.ts';
import type { BoardCounts } from '../queue/run-board.ts';
import type { Totals } from './totals.ts';

/** What a job that is dropped adds to the sums of its run. */
export const NO_COUNTS: BoardCounts = {
  jobs: 0,
  failedJobs: 0,
  documents: 0,
  written: 0,
  dropped: 0,
  deadLetters: 0,
  retired: 0,
  bytes: 0,
};

/** What a finished job adds to the sums of its run. */
export function countsOf({ state, documents, dropped, deadLetters, retired, bytes }: JobReport, written: number): BoardCounts {
  return { jobs: 1, failedJobs: state === 'failed' ? 1 : 0, documents, written, dropped, deadLetters, retired, bytes };
}

export function addCounts(totals: Totals, counts: BoardCounts): void {
  for (const name of Object.keys(counts) as (keyof BoardCounts)[]) totals[name] += counts[name];
}
