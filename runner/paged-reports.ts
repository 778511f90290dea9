import type { PipelineName } from '../core/batch.ts';
import type { Problem } from '../core/problem.ts';
import { type JobReport, NO_JOB } from '../core/store.ts';

/** A report stays small enough to be one entry of the ledger, however much its job met. */
const PROBLEMS_PER_REPORT = 500;
const NO_COUNTS = { documents: 0, dropped: 0, deadLetters: 0, retired: 0, bytes: 0 };

/** The report of a job as the ledger takes it: what it counted once, and its problems over as many further reports as they need. */
export function pagedReports(report: JobReport): readonly JobReport[] {
  const reports = [{ ...report, problems: report.problems.slice(0, PROBLEMS_PER_REPORT) }];
  for (let start = PROBLEMS_PER_REPORT; start < report.problems.length; start += PROBLEMS_PER_REPORT) {
    const problems = report.problems.slice(start, start + PROBLEMS_PER_REPORT);
    reports.push({ ...report, ...NO_COUNTS, id: `${report.id}#${start}`, object: NO_JOB, problems });
  }
  return reports;
}

/** The report of the problems that planning a pipeline had. */
export function planningReport(run: string, pipeline: PipelineName, problems: readonly Problem[], at: Date): JobReport {
  const time = at.toISOString();
  const state = problems.some(({ severity }) => severity === 'failed') ? 'failed' : 'succeeded';
  return {
    run,
    id: `planning/${pipeline}`,
    pipeline,
    object: NO_JOB,
    state,
    started: time,
    ended: time,
    ...NO_COUNTS,
    problems,
  };
}
