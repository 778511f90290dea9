import { groupsOf } from '../core/group-problems.ts';
import type { Log } from '../core/log.ts';
import type { Problem } from '../core/problem.ts';
import type { RunReport } from '../core/store.ts';
import { sayOnce } from './say-once.ts';

export function logRunStarted(log: Log, { id, pipelines }: RunReport): void {
  log.info({ run: id, pipelines }, 'run started');
}

/** Logs why jobs are retried: each cause at most once a minute, and not once for each account and region. */
export const retryLog = (log: Log | undefined): ((problem: Problem, run: string) => void) =>
  sayOnce((problem, run) => log?.warn({ run, ...fields(problem) }, `tried again: ${problem.message}`));

/** Logs why the store takes no documents now, and that it takes them again. */
export function logStoreWaiting(log: Log, problem: Problem | undefined): void {
  if (problem === undefined) log.info({}, 'the store takes documents again');
  else log.warn(fields(problem), `waiting for the store: ${problem.message}`);
}

/** Logs each cause once, with its count and its first places, then the totals. */
export function logRunEnded(log: Log, { id, pipelines, state, started, ended, totals, problems }: RunReport): void {
  for (const { code, severity, message, next, where, count, places } of groupsOf(problems)) {
    // The user stopped the run; the message would be the same for each job that was running.
    if (code === 'interrupted') continue;
    const details = { run: id, code, where, next, times: count, ...(places.length > 1 ? { places } : {}) };
    log[severity === 'failed' ? 'error' : 'info'](details, message);
  }
  const tookMs = ended === undefined ? undefined : Date.parse(ended) - Date.parse(started);
  log.info({ run: id, pipelines, state, tookMs, totals }, `run ${state}`);
}

const fields = ({ code, where, next }: Problem) => ({ code, where, next });
