import type { JobReport, RunReport } from '../core/store.ts';

/** A run's totals while they grow. */
export type Totals = { -readonly [Key in keyof RunReport['totals']]: number };

export const NO_TOTALS: RunReport['totals'] = {
  documents: 0,
  dropped: 0,
  deadLetters: 0,
  retired: 0,
  bytes: 0,
  written: 0,
  jobs: 0,
  failedJobs: 0,
  skippedSources: 0,
};

export function addTo(totals: Totals, report: JobReport, written: number): void {
  totals.documents += report.documents;
  totals.dropped += report.dropped;
  totals.deadLetters += report.deadLetters;
  totals.retired += report.retired;
  totals.bytes += report.bytes;
  totals.written += written;
  totals.jobs++;
  if (report.state === 'failed') totals.failedJobs++;
}
