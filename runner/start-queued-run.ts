import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRequest } from '../core/api.ts';
import type { Clock } from '../core/clock.ts';
import { type ProblemGroup, problemGroups } from '../core/group-problems.ts';
import type { Pipeline, PlannedJob } from '../core/pipeline.ts';
import { toProblem } from '../core/problem.ts';
import type { RunReport, Store } from '../core/store.ts';
import { fairQueue } from '../queue/fair-queue.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { abandonedRuns } from './abandoned-runs.ts';
import { addCounts } from './board-counts.ts';
import type { Counter } from './counter.ts';
import { fillQueue, look } from './fill-queue.ts';
import { addFromBoard } from './problems-by-cause.ts';
import { runState } from './run-state.ts';
import type { Run } from './start-run.ts';

export interface QueuedRunOptions {
  readonly id: string;
  /** What the workers compose the same pipelines from. */
  readonly request: RunRequest;
  /** The caller holds the lease of each: no pipeline is planned twice at the same time. */
  readonly pipelines: readonly Pipeline[];
  readonly store: Store;
  readonly queue: SharedQueue;
  readonly clock: Clock;
  /** Takes back the jobs that wait, and ends the run as `interrupted`. Workers finish those in hand. */
  readonly signal: AbortSignal;
  /** How the run is shown, where it does not stand for all pipelines together. */
  readonly label?: RunReport['label'];
  readonly timing?: Partial<QueuedRunTiming>;
}

interface QueuedRunTiming {
  /** How often the run looks how far its workers are. */
  readonly lookEveryMs: number;
  /** How often it looks whether Redis still has all jobs that wait. */
  readonly checkEveryMs: number;
  /** How long a run that is stopped waits for the jobs in hand. */
  readonly stopWithinMs: number;
}

const TIMING: QueuedRunTiming = { lookEveryMs: 250, checkEveryMs: 10_000, stopWithinMs: 15_000 };

/** Jobs planned ahead of those in Redis, so that accounts take turns. */
const PLANNED_AHEAD = 2_000;
const WATCH_EVERY_MS = 2_000;

/**
 * Runs pipelines over workers: plans here, keeps the queue on Redis filled, and ends when each planned job is settled. Workers write the
 * documents and the reports of jobs. What is pending is always what was planned less the ledger, so a run whose planner dies is ended by the
 * next one, which plans the rest anew.
 */
export function startQueuedRun(options: QueuedRunOptions): Run {
  const { id, request, pipelines, store, clock, queue } = options;
  const { board } = queue;
  const timing = { ...TIMING, ...options.timing };
  const aborter = new AbortController();
  const signal = AbortSignal.any([options.signal, aborter.signal]);
  const state = runState(options);
  const { counters, problems, totals, started } = state;
  const names = pipelines.map(({ name }) => name);
  const abandoned = abandonedRuns({ store, queue, clock, ...timing });
  /** Shown while the run goes on; at its end they are added to the problems of planning. */
  let metByWorkers: readonly ProblemGroup[] = [];

  async function drive(pipeline: Pipeline, counter: Counter): Promise<void> {
    const planned = fairQueue<PlannedJob>(PLANNED_AHEAD);
    const stop = () => planned.clear();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const planner = state.plan(planned, pipeline, counter, signal);
    const filling = { run: id, pipeline: pipeline.name, planned, counter, store, queue, clock, signal, ...timing };
    await fillQueue(filling);
    signal.removeEventListener('abort', stop);
    if (signal.aborted) {
      await board.cancel(id);
      await abandoned.takeBack([pipeline.name], id);
    }
    const reports = await planner;
    if (reports.length > 0) await store.ledger.saveJobs(reports);
    await look(filling);
    counter.current = '';
  }

  /** Shows which workers are there and what they met, and stops the run once somebody has drained the queue. */
  async function watch(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      if ((await board.find(id))?.cancelled === true) aborter.abort();
      const met = problemGroups();
      addFromBoard(met, await board.problems(id));
      metByWorkers = met.groups();
      const workers = await queue.workers.list();
      for (const counter of counters) {
        const working = workers.filter(({ pipelines: taken }) => taken.includes(counter.pipeline)).length;
        if (counter.planning || counter.done < counter.planned) {
          counter.current =
            working === 0 ? 'no worker is there: start `orgscope worker`' : `${working} ${working === 1 ? 'worker' : 'workers'}`;
        }
      }
      await sleep(WATCH_EVERY_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }

  async function run(): Promise<RunReport> {
    const ended = new AbortController();
    let watching: Promise<void> | undefined;
    try {
      await board.create({ id, request, sweepTime: started.getTime() });
      watching = watch(ended.signal);
      // Prevents an unhandled rejection. A look that fails because Redis is away does not fail the run, which waits for Redis itself.
      watching.catch(() => undefined);
      await abandoned.claim(names, id);
      if (request.resume === true) await state.resume();
      await store.ledger.saveRun(state.report('running'));
      await Promise.all(pipelines.map((pipeline, index) => drive(pipeline, counters[index] as Counter)));
    } catch (error) {
      if (!signal.aborted) problems.add(toProblem(error));
    } finally {
      ended.abort();
      await watching?.catch(() => undefined);
    }
    for (const name of names) addCounts(totals, await board.counts(id, name));
    for (const each of await board.leftOut(id)) state.leftOut.add(each);
    addFromBoard(problems, await board.problems(id));
    const report = await state.end(signal.aborted);
    await board.forget(id);
    for (const name of names) await board.release(name, id);
    return report;
  }

  return {
    id,
    progress: state.progress,
    soFar() {
      const report = state.report('running');
      return { ...report, problems: [...report.problems, ...metByWorkers] };
    },
    report: run(),
  };
}
