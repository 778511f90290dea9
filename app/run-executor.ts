import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress, RunRequest } from '../core/api/runs.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import type { Job, Pipeline } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { RunReport, Store } from '../core/store.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import type { Run } from '../runner/conduct-run.ts';
import { forgetfulStore } from '../runner/forgetful-store.ts';
import { type Lease, takeLease } from '../runner/run-lease.ts';
import { runTally } from '../runner/run-tally.ts';
import { startQueuedRun } from '../runner/start-queued-run.ts';
import { type RunOptions, startRun } from '../runner/start-run.ts';
import { logRunEnded, logRunStarted, retryLog } from './log-run.ts';
import type { OpenedStore } from './open-store.ts';
import { isAlive, thisProcess } from './this-process.ts';

/** What executing runs takes. */
export interface RunExecutorOptions extends Pick<OpenedStore, 'deadLetters' | 'shared'> {
  readonly store: Store;
  /** Where jobs wait for workers; undefined: this process runs them. */
  readonly queue: SharedQueue | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly meter: Meter | undefined;
  readonly log: Log | undefined;
  /** Why the store takes no documents now. */
  readonly waiting: () => string | undefined;
  readonly onEnded: () => void;
}

/** A run of this process, from its submission on. */
export interface SubmittedRun {
  report: RunReport;
  progress: () => Progress | null;
  /** The report so far; absent before the run has begun. */
  soFar?: () => RunReport;
  ended: Promise<RunReport>;
}

/** Live runs and backfills last for an hour or for days; their reports are saved meanwhile. */
const SAVE_EVERY_MS = 15_000;

/** How this process takes leases on pipelines. */
export const leasingOf = ({ store, clock }: Pick<RunExecutorOptions, 'store' | 'clock'>) => ({
  ledger: store.ledger,
  self: thisProcess(),
  clock,
  isAlive,
});

/** Yields a function that executes one run, from its lease to its report. */
export function runExecutor(options: RunExecutorOptions) {
  const { store, shared, deadLetters, queue, clock, signal, meter, log, waiting, onEnded } = options;
  const leasing = leasingOf(options);
  const retried = retryLog(log);

  /** Waits while another process runs one of the pipelines; the progress says for which one. */
  function lease(entry: SubmittedRun, pipelines: readonly Pipeline[], label?: RunReport['label']): Promise<Lease> {
    const run = entry.report.id;
    const unplanned = runTally({ id: run, pipelines, clock });
    return takeLease({
      ...leasing,
      run,
      ...(label === undefined ? {} : { label }),
      pipelines: pipelines.map(({ name }) => name),
      signal,
      wait: (delayMs, until) => sleep(delayMs, undefined, until === undefined ? {} : { signal: until }),
      onWaiting(waitedFor, holder) {
        entry.progress = () => ({
          ...unplanned.progress(),
          waiting: `Run ${holder.run} of ${holder.host.split(' ', 1)[0]}, process ${holder.pid}, has ${waitedFor}: waiting for its end`,
        });
      },
    });
  }

  /** Never rejects: what went wrong is in the report. From `request` workers compose the same pipelines. */
  async function work(
    entry: SubmittedRun,
    pipelines: readonly Pipeline[],
    { request, ...how }: Pick<RunOptions, 'label' | 'turn' | 'limits'> & { readonly request?: RunRequest | undefined },
  ): Promise<RunReport> {
    const { id } = entry.report;
    const { resume = false, again = false } = request ?? {};
    let held: Lease | undefined;
    try {
      held = shared === undefined ? undefined : await lease(entry, pipelines, how.label);
      const common = {
        ...how,
        id,
        pipelines,
        store: again ? forgetfulStore(store) : store,
        clock,
        signal: held === undefined ? signal : AbortSignal.any([signal, held.lost]),
      };
      const saving = how.label === undefined ? {} : { saveEveryMs: SAVE_EVERY_MS };
      const run =
        queue === undefined || request === undefined
          ? startRun({ ...common, ...saving, deadLetters: deadLetters(id), random: Math.random, resume, onRetry: onRetry(id) })
          : startQueuedRun({ ...common, ...saving, request, queue });
      await untilEnd(entry, run, again);
    } catch (error) {
      const problem = toProblem(error);
      const state = problem.code === 'interrupted' ? 'interrupted' : 'failed';
      entry.report = {
        ...entry.report,
        state,
        ended: clock.now().toISOString(),
        problems: [...entry.report.problems, problem],
      };
    } finally {
      await held?.release();
      onEnded();
    }
    return entry.report;
  }

  const onRetry =
    (run: string) =>
    (job: Job, problem: Problem): void => {
      meter?.jobRetried(job.pipeline, problem.code);
      retried(problem, run);
    };

  const waitReason = (): Pick<Progress, 'waiting'> => {
    const reason = waiting();
    return reason === undefined ? {} : { waiting: reason };
  };

  /** Shows and logs a run that has begun, and keeps its report. */
  async function untilEnd(entry: SubmittedRun, run: Run, again: boolean): Promise<void> {
    entry.progress = () => ({ ...run.progress(), ...waitReason() });
    entry.soFar = run.soFar;
    if (log !== undefined) logRunStarted(log, entry.report);
    entry.report = await run.report;
    if (log !== undefined) logRunEnded(log, entry.report);
    // If the counts can't be noted now, the end of the next run notes them.
    const { pipelines, state } = entry.report;
    await shared?.settle({ pipelines, again: again && state === 'succeeded' }).catch(() => undefined);
  }

  return work;
}
