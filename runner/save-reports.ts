import { setTimeout as sleep } from 'node:timers/promises';
import type { JobReport, Ledger } from '../core/store.ts';

/** Job reports that end at about the same time cost the ledger one request. */
const GATHERED_MS = 100;

/** Saves a report; resolves once the ledger has it. */
export function reportSaver(ledger: Pick<Ledger, 'saveJobs'>): (report: JobReport) => Promise<void> {
  let waiting: JobReport[] = [];
  let next: Promise<void> | undefined;
  return (report) => {
    waiting.push(report);
    next ??= sleep(GATHERED_MS).then(() => {
      const reports = waiting;
      waiting = [];
      next = undefined;
      return ledger.saveJobs(reports);
    });
    return next;
  };
}
