import type { Log } from '../core/log.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { Ledger, RunReport } from '../core/store.ts';

/** The failed jobs whose problems are logged; `orgscope status` and the page have all. */
const LOGGED_JOBS = 100;

export function logRunStarted(log: Log, { id, pipelines }: RunReport): void {
  log.info({ run: id, pipelines }, 'run started');
}

export function logRetry(log: Log, run: string, problem: Problem): void {
  log.warn({ run, ...fields(problem) }, `tried again: ${problem.message}`);
}

/** Why the store takes nothing now; undefined once it does again. */
export function logStoreWaiting(log: Log, problem: Problem | undefined): void {
  if (problem === undefined) log.info({}, 'the store takes documents again');
  else log.warn(fields(problem), `waiting for the store: ${problem.message}`);
}

/** Each problem once, with how often it befell, then the totals. */
export async function logRunEnded(log: Log, run: RunReport, ledger: Ledger): Promise<void> {
  const { id, pipelines, state, started, ended, totals } = run;
  const problems = [...run.problems];
  try {
    const { jobs } = await ledger.jobs(id, { limit: LOGGED_JOBS, failedOnly: true });
    problems.push(...jobs.flatMap((job) => job.problems));
  } catch (error) {
    problems.push(toProblem(error));
  }
  const times = new Map<string, { readonly problem: Problem; count: number }>();
  for (const problem of problems) {
    // The user's own doing, and the same for each job that was under way.
    if (problem.code === 'interrupted') continue;
    const key = JSON.stringify([problem.severity, fields(problem), problem.message]);
    const known = times.get(key);
    if (known === undefined) times.set(key, { problem, count: 1 });
    else known.count++;
  }
  for (const { problem, count } of times.values()) {
    log[problem.severity === 'failed' ? 'error' : 'info']({ run: id, ...fields(problem), times: count }, problem.message);
  }
  const tookMs = ended === undefined ? undefined : Date.parse(ended) - Date.parse(started);
  log.info({ run: id, pipelines, state, tookMs, totals }, `run ${state}`);
}

const fields = ({ code, where, next }: Problem) => ({ code, where, next });
