import type { JobReport } from '../core/store.ts';
import type { SettledCounts } from '../queue/run-board.ts';

export const NO_COUNTS: SettledCounts = {
  jobs: 0,
  failedJobs: 0,
  documents: 0,
  written: 0,
  dropped: 0,
  deadLetters: 0,
  retired: 0,
  bytes: 0,
};

/** What one ended job counts; `written`: how many of its documents were new to the store, or newer than what it had. */
export function countsOf({ state, documents, dropped, deadLetters, retired, bytes }: JobReport, written: number): SettledCounts {
  return { jobs: 1, failedJobs: state === 'failed' ? 1 : 0, documents, written, dropped, deadLetters, retired, bytes };
}

export function sumOf(counts: Iterable<SettledCounts>): SettledCounts {
  const sums = { ...NO_COUNTS };
  for (const each of counts) for (const name of Object.keys(sums) as (keyof SettledCounts)[]) sums[name] += each[name];
  return sums;
}
