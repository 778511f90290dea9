import type { ProblemsAnswer } from '../core/api/runs.ts';
import { causeId } from '../core/group-problems.ts';
import type { ProblemsOptions } from '../core/orgscope.ts';
import type { Problem } from '../core/problem.ts';
import type { Ledger } from '../core/store.ts';

/** Job reports read at once; each holds a hundred problems or so at most. */
const REPORTS_AT_ONCE = 200;

/** Yields a page of a run's problems, all of them or those of one cause. */
export async function findProblems(
  ledger: Pick<Ledger, 'problemReports'>,
  run: string,
  { cause, after, limit }: ProblemsOptions,
): Promise<ProblemsAnswer> {
  const problems: Problem[] = [];
  for (let from = after; ; ) {
    const { jobs, next } = await ledger.problemReports(run, from, REPORTS_AT_ONCE);
    for (const problem of jobs.flatMap((job) => job.problems)) {
      if (cause === undefined || causeId(problem) === cause) problems.push(problem);
    }
    if (next === undefined || problems.length >= limit) return { problems, next: next ?? null };
    from = next;
  }
}
