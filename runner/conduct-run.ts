import type { Progress } from '../core/api/runs.ts';
import type { Clock } from '../core/clock.ts';
import type { Pipeline } from '../core/pipeline.ts';
import { toProblem } from '../core/problem.ts';
import type { Ledger, RunReport, Store } from '../core/store.ts';
import type { RunTally } from './run-tally.ts';
import { saveAtTimes } from './save-at-times.ts';
import { sweptByInterrupted } from './swept-by-interrupted.ts';

/** What every run is given, wherever its jobs are worked on. */
export interface RunBasis {
  readonly id: string;
  readonly pipelines: readonly Pipeline[];
  readonly store: Store;
  readonly clock: Clock;
  /** Stops the run, which then ends as `interrupted`. */
  readonly signal: AbortSignal;
  /** Says what sets the run apart from one of all pipelines. */
  readonly label?: RunReport['label'];
  /** Saves what was done so far at this interval, for runs that last; without it a run is saved at its begin and its end. */
  readonly saveEveryMs?: number;
}

/** A run under way. */
export interface Run {
  readonly id: string;
  progress(): Progress;
  /** What is known before the end. */
  soFar(): RunReport;
  /** Never rejects: whatever went wrong is in the report. */
  readonly report: Promise<RunReport>;
}

/** What differs between a run whose jobs this process works on and one whose jobs workers take from Redis. */
export interface RunDriver {
  /** Called first, before the ledger is asked or told anything. */
  begin?(): Promise<void>;
  /** Plans the pipelines, and resolves once each planned job has ended. */
  work(sweptBefore: ReadonlySet<string>): Promise<void>;
  /** Saves the reports of jobs that are not saved yet. */
  saveReports?(): Promise<void>;
  /** Adds to the tally what is known only after the work. */
  settle(): Promise<void>;
  /** Whether the run was stopped, rather than ended by itself or by a failure. */
  isInterrupted(): boolean;
}

export interface ConductOptions {
  readonly ledger: Ledger;
  /** Leaves out the sweeps that runs of the last day completed before they were interrupted. */
  readonly resume: boolean;
  readonly saveEveryMs: number | undefined;
}

/** Takes a run from its begin to the saved report of its end. Never rejects: what goes wrong is in the report. */
export async function conductRun(tally: RunTally, driver: RunDriver, options: ConductOptions): Promise<RunReport> {
  const { ledger, resume, saveEveryMs } = options;
  const { problems } = tally;
  const saveReports = async (): Promise<void> => driver.saveReports?.();
  try {
    await driver.begin?.();
    const names = tally.pipelines.map(({ pipeline }) => pipeline.name);
    const sweptBefore = resume ? await sweptByInterrupted(ledger, names, tally.started) : new Set<string>();
    await ledger.saveRun(tally.report('running'));
    const saving = saveEveryMs === undefined ? undefined : saveAtTimes(tally, ledger, saveReports, saveEveryMs);
    try {
      await driver.work(sweptBefore);
    } finally {
      await saving?.stop();
    }
    await saveReports();
  } catch (error) {
    problems.add(toProblem(error));
  }
  try {
    await driver.settle();
  } catch (error) {
    problems.add(toProblem(error));
  }
  const state = driver.isInterrupted() ? 'interrupted' : hasFailed(tally) ? 'failed' : 'succeeded';
  try {
    await ledger.saveRun(tally.report(state));
  } catch (error) {
    // The ledger does not take the failure, but the caller still shows it.
    problems.add(toProblem(error));
    return tally.report('failed');
  }
  return tally.report(state);
}

const hasFailed = (tally: RunTally): boolean =>
  tally.report('running').totals.failedJobs > 0 || tally.problems.groups().some(({ severity }) => severity === 'failed');
