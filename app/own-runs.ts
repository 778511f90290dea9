import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress, RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import type { Job, Pipeline } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import type { RunReport, Store } from '../core/store.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import type { Run } from '../runner/conduct-run.ts';
import { forgetfulStore } from '../runner/forgetful-store.ts';
import { isHeld, type Lease, takeLease } from '../runner/run-lease.ts';
import { runTally } from '../runner/run-tally.ts';
import { startQueuedRun } from '../runner/start-queued-run.ts';
import { type RunOptions, startRun } from '../runner/start-run.ts';
import { workGate } from '../runner/work-gate.ts';
import type { Composition } from './compose.ts';
import { logRunEnded, logRunStarted, retryLog } from './log-run.ts';

import type { OpenedStore } from './open-store.ts';
import { isAlive, thisProcess } from './this-process.ts';

export interface OwnRunsOptions extends Pick<OpenedStore, 'deadLetters' | 'shared'> {
  readonly store: Store;
  /** Where jobs wait for workers; without it this process does the work. */
  readonly queue: SharedQueue | undefined;
  readonly composition: Composition;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly meter: Meter | undefined;
  readonly log: Log | undefined;
  /** Why the store takes nothing now. */
  readonly waiting: () => string | undefined;
  readonly onEnded: () => void;
}

/** A run that this process has taken, from its submission on. */
interface Taken {
  report: RunReport;
  progress: () => Progress | null;
  /** Once it has begun. */
  soFar?: () => RunReport;
  ended: Promise<RunReport>;
}

const PROGRESS_EVERY_MS = 200;
/** Ended runs are read from the store; the last ones are kept for those who are about to ask. */
const RUNS_KEPT = 50;
/** Runs that last for an hour or a week show meanwhile what they did. */
const SAVE_EVERY_MS = 15_000;

/** The runs that this process takes: none of a pipeline overlaps another one of it, here or in another process on the same store. */
export function ownRuns(options: OwnRunsOptions) {
  const { store, shared, deadLetters, queue, composition, clock, signal, meter, log, waiting, onEnded } = options;
  const leasing = { ledger: store.ledger, self: thisProcess(), clock, isAlive };
  const taken = new Map<string, Taken>();
  /** The last run of each pipeline: different ones may run beside one another. */
  const tails = new Map<PipelineName, Promise<unknown>>();
  const running = new Set<Taken>();
  const gate = workGate();
  const retried = retryLog(log);
  // Beside the others, and behind them: a backfill of months must not hold up the next hour's run.
  let backfillTail: Promise<unknown> = Promise.resolve();
  let backfilling: Taken | undefined;
  let live: Promise<void> | undefined;

  /** While another process runs one of the pipelines this one waits, and its progress says for whom. */
  function lease(entry: Taken, pipelines: readonly Pipeline[], label?: RunReport['label']): Promise<Lease> {
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

  function register(pipelines: readonly Pipeline[]): Taken {
    const report = runTally({ id: runId(clock), pipelines, clock }).report('running');
    const entry: Taken = { report, progress: () => null, ended: Promise.resolve(report) };
    taken.set(report.id, entry);
    for (const old of [...taken.keys()].slice(0, -RUNS_KEPT)) if (taken.get(old)?.report.state !== 'running') taken.delete(old);
    return entry;
  }

  /** Never rejects: whatever went wrong is in the report. `request`: what workers compose the same pipelines from. */
  async function work(
    entry: Taken,
    pipelines: readonly Pipeline[],
    { request, ...how }: Pick<RunOptions, 'label' | 'turn' | 'limits'> & { readonly request?: RunRequest | undefined },
  ): Promise<RunReport> {
    const { id } = entry.report;
    const { resume = false, again = false } = request ?? {};
    let held: Lease | undefined;
    try {
      held = shared === undefined ? undefined : await lease(entry, pipelines, how.label);
      const ofRun = {
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
          ? startRun({ ...ofRun, ...saving, deadLetters: deadLetters(id), random: Math.random, resume, onRetry: onRetry(id) })
          : startQueuedRun({ ...ofRun, ...saving, request, queue });
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

  const told = (): Pick<Progress, 'waiting'> => {
    const reason = waiting();
    return reason === undefined ? {} : { waiting: reason };
  };

  /** Shows and logs a run that has begun, and keeps its report. */
  async function untilEnd(entry: Taken, run: Run, again: boolean): Promise<void> {
    entry.progress = () => ({ ...run.progress(), ...told() });
    entry.soFar = run.soFar;
    if (log !== undefined) logRunStarted(log, entry.report);
    entry.report = await run.report;
    if (log !== undefined) logRunEnded(log, entry.report);
    // What can't be noted now is noted at the end of the next run.
    const { pipelines, state } = entry.report;
    await shared?.settle({ pipelines, again: again && state === 'succeeded' }).catch(() => undefined);
  }

  function takeBackfill(pipelines: readonly Pipeline[], request: RunRequest): string {
    const entry = register(pipelines);
    entry.ended = backfillTail.then(async () => {
      backfilling = entry;
      const report = await work(entry, pipelines, { label: 'backfill', turn: gate.idle, request });
      backfilling = undefined;
      return report;
    });
    backfillTail = entry.ended;
    return entry.report.id;
  }

  async function followLive(): Promise<void> {
    const [opener, { beforeOthers, followQueues, LIVE_LIMITS }] = await Promise.all([
      composition.live(),
      import('./follow-queues.ts'),
    ]);
    const run = (each: Pipeline): Promise<RunReport> => {
      const entry = register([each]);
      entry.ended = work(entry, [beforeOthers(each, gate)], { label: 'live', limits: LIVE_LIMITS });
      return entry.ended;
    };
    await followQueues({ ...opener, queues: composition.queues, run, clock, signal });
  }

  /** `request`: what others can compose the same pipelines from; without it this process does the work itself. */
  function take(pipelines: readonly Pipeline[], request?: RunRequest): string {
    const entry = register(pipelines);
    const { id, pipelines: names } = entry.report;
    entry.ended = Promise.all(names.map((name) => tails.get(name))).then(async () => {
      running.add(entry);
      const leave = gate.enter();
      const report = await work(entry, pipelines, { request });
      running.delete(entry);
      leave();
      return report;
    });
    for (const name of names) tails.set(name, entry.ended);
    return id;
  }

  async function find(id: string): Promise<RunReport | undefined> {
    const entry = taken.get(id);
    if (entry !== undefined && (entry.report.state !== 'running' || entry.progress() === null)) return entry.report;
    return (await store.ledger.runs(1_000)).find((run) => run.id === id) ?? entry?.report;
  }

  /** A run that the ledger calls running, and nobody works on, was killed with its process. */
  async function asItIs(run: RunReport): Promise<RunReport> {
    if (run.state !== 'running') return run;
    const own = taken.get(run.id);
    if (own !== undefined) return own.soFar?.() ?? run;
    return shared !== undefined && (await isHeld(run, leasing)) ? run : { ...run, state: 'interrupted' };
  }

  /** Of all that runs now, under the id of what began first. */
  function progress(): Progress | null {
    const shown = running.size > 0 || backfilling === undefined ? [...running] : [backfilling];
    const all = shown.flatMap((each) => each.progress() ?? []);
    const [first] = all;
    return first === undefined ? null : { ...first, pipelines: all.flatMap(({ pipelines }) => pipelines) };
  }

  return {
    take,
    takeBackfill,
    find,
    asItIs,
    progress,
    /** Resolves when the run has ended. */
    async follow(id: string, onProgress: (progress: Progress) => void): Promise<RunReport> {
      const entry = taken.get(id);
      if (entry === undefined) {
        const known = await find(id);
        if (known !== undefined) return asItIs(known);
        throw new OrgscopeError('missing', `There is no run ${id}.`, 'See `orgscope status` for the last runs.');
      }
      const show = (): void => {
        const progress = entry.progress();
        if (progress !== null) onProgress(progress);
      };
      const timer = setInterval(show, PROGRESS_EVERY_MS);
      try {
        return await entry.ended;
      } finally {
        clearInterval(timer);
        show();
      }
    },
    /** Keeps listening to the queues that the lists name until stopped. */
    followQueues() {
      live ??= followLive();
      return live;
    },
    get isLive() {
      return live !== undefined;
    },
    /** Resolves once all that was taken has ended. */
    async settled() {
      await Promise.all([...tails.values(), backfillTail, live?.catch(() => undefined)]);
    },
  };
}

/** Sorts by time, and two of one second differ. */
function runId(clock: Clock): string {
  const time = clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
