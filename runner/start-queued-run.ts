import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineProgress, RunRequest } from '../core/api.ts';
import type { Clock } from '../core/clock.ts';
import { type ProblemGroup, problemGroups } from '../core/group-problems.ts';
import type { Pipeline, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import type { JobReport, RunReport, Store } from '../core/store.ts';
import { fairQueue } from '../queue/fair-queue.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { jobKey, type QueuedJob } from '../queue/queued-job.ts';
import type { BoardCounts } from '../queue/run-board.ts';
import { type Counter, newCounter } from './counter.ts';
import { leftOutCounter } from './left-out.ts';
import { pagedReports, planningReport } from './paged-reports.ts';
import { planInto } from './plan-into.ts';
import { addFromBoard, problemsByCause } from './problems-by-cause.ts';
import type { Run } from './start-run.ts';
import { sweptByInterrupted } from './swept-by-interrupted.ts';
import { NO_TOTALS, type Totals } from './totals.ts';
import { failedReport } from './work-job.ts';

export interface QueuedRunOptions {
  readonly id: string;
  /** What the workers compose the same pipelines from. */
  readonly request: RunRequest;
  /** Whoever plans holds their leases: no pipeline is planned twice at the same time. */
  readonly pipelines: readonly Pipeline[];
  readonly store: Store;
  readonly queue: SharedQueue;
  readonly clock: Clock;
  /** Takes back what waits, and ends the run as `interrupted`. What runs is finished by its workers. */
  readonly signal: AbortSignal;
  /** How the run is shown, where it is not one of all there is. */
  readonly label?: RunReport['label'];
  readonly timing?: Partial<QueuedRunTiming>;
}

interface QueuedRunTiming {
  /** How often the run looks how far its workers are. */
  readonly lookEveryMs: number;
  /** How often it looks whether Redis still has all that waits. */
  readonly checkEveryMs: number;
  /** How long a run that is stopped waits for what is in hand. */
  readonly stopWithinMs: number;
}

const TIMING: QueuedRunTiming = { lookEveryMs: 250, checkEveryMs: 10_000, stopWithinMs: 15_000 };

/**
 * Jobs of a pipeline that wait in Redis or are in hand: enough for many workers to be busy until the next look, and few enough that Redis holds
 * some ten MiB of them, however many millions of objects are planned.
 */
const IN_REDIS = 2_000;
/** Jobs planned ahead of these, so that accounts take turns. */
const PLANNED_AHEAD = 2_000;
const ADDED_AT_ONCE = 200;
const WATCH_EVERY_MS = 2_000;
/** A job that Redis lost is given to it again so often. */
const GIVEN_AGAIN = 3;

/**
 * Runs pipelines over workers: plans here, keeps the queue on Redis filled, and ends when each planned job is settled. Workers write the
 * documents and the reports of jobs; what is pending is, as ever, what was planned less the ledger, so a run whose planner dies is ended by the
 * next one, which plans the rest anew.
 */
export function startQueuedRun(options: QueuedRunOptions): Run {
  const { id, pipelines, store, clock, queue } = options;
  const { board, queues } = queue;
  const timing = { ...TIMING, ...options.timing };
  const started = clock.now();
  const aborter = new AbortController();
  const signal = AbortSignal.any([options.signal, aborter.signal]);
  const names = pipelines.map(({ name }) => name);
  const problems = problemGroups();
  /** Until the end, where they are added to those of planning. */
  let metByWorkers: readonly ProblemGroup[] = [];
  const leftOut = leftOutCounter();
  const totals: Totals = { ...NO_TOTALS };
  let sweptBefore: ReadonlySet<string> = new Set();
  const counters: Counter[] = names.map(newCounter);

  function snapshot(state: RunReport['state']): RunReport {
    return {
      id,
      pipelines: names,
      ...(options.label === undefined ? {} : { label: options.label }),
      state,
      started: started.toISOString(),
      ...(state === 'running' ? {} : { ended: clock.now().toISOString() }),
      problems: [...problems.groups(), ...leftOut.notices()],
      totals: { ...totals },
    };
  }

  /** Who plans holds the pipelines' leases, so that a run which is still known here was left by a planner that is gone. */
  async function claimAll(): Promise<void> {
    for (const name of names) {
      for (let left = await board.claim(name, id); left !== undefined; left = await board.claim(name, id)) {
        await endAbandoned(left);
      }
    }
  }

  async function endAbandoned(run: string): Promise<void> {
    await board.cancel(run);
    const held = (await board.current()).filter((each) => each.run === run).map(({ pipeline }) => pipeline);
    await takeBack(run, held, timing.stopWithinMs);
    const report = (await store.ledger.runs(1_000)).find((each) => each.id === run);
    if (report !== undefined && report.state === 'running') {
      const sums = { ...NO_TOTALS, skippedSources: report.totals.skippedSources };
      for (const name of report.pipelines) addCounts(sums, await board.counts(run, name));
      const left = problemGroups();
      addFromBoard(left, await board.problems(run));
      const problems = [...report.problems, ...left.groups()];
      await store.ledger.saveRun({ ...report, state: 'interrupted', ended: clock.now().toISOString(), problems, totals: sums });
    }
    await board.forget(run);
    for (const name of held) await board.release(name, run);
  }

  /** Takes out what waits, and gives what is in hand some time to end. */
  async function takeBack(run: string, of: readonly PipelineProgress['pipeline'][], withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    for (let left = 1; left > 0 && performance.now() < until; ) {
      left = 0;
      for (const name of of) {
        for (const key of await board.openKeys(run, name)) {
          if ((await queues.remove(name, key)) || (await queues.missing(name, [key])).length > 0) {
            await board.settle(run, name, key, NOTHING);
          } else left++;
        }
      }
      if (left > 0) await sleep(timing.lookEveryMs);
    }
  }

  async function drive(pipeline: Pipeline, counter: Counter): Promise<void> {
    const { name } = pipeline;
    const planned = fairQueue<PlannedJob>(PLANNED_AHEAD);
    const stop = () => planned.clear();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    /** What was given to Redis and may not be done, in case that Redis loses it. */
    const given = new Map<string, { readonly queued: QueuedJob; times: number }>();

    const met: Problem[] = [];
    const planner = planInto(planned, pipeline, {
      sweepTime: started.getTime(),
      ledger: store.ledger,
      signal,
      sweptBefore,
      report: (problem) => {
        met.push(problem);
        problems.add(problem);
      },
      skipped: (count) => {
        totals.skippedSources += count;
      },
      leaveOut: (reason, object) => leftOut.add({ reason, count: 1, object }),
      planned: () => {
        counter.planned++;
      },
    }).finally(() => {
      counter.planning = false;
    });

    async function look(): Promise<number> {
      const [counts, open] = await Promise.all([board.counts(id, name), board.openCount(id, name)]);
      counter.done = counts.jobs;
      counter.failed = counts.failedJobs;
      counter.documents = counts.documents;
      counter.bytes = counts.bytes;
      return open;
    }

    /** Redis may come back without its newest writes: what it lost is given to it again. */
    async function check(): Promise<void> {
      const keys = await board.openKeys(id, name);
      const open = new Set(keys);
      for (const key of given.keys()) if (!open.has(key)) given.delete(key);
      for (const key of await queues.missing(name, keys)) {
        // It may have been done between the two questions.
        if (!(await board.isOpen(id, name, key))) continue;
        const job = given.get(key);
        if (job !== undefined && job.times++ < GIVEN_AGAIN) await queues.add(name, [job.queued]);
        else if (job !== undefined) {
          const problem = toProblem(
            new OrgscopeError('store', 'Redis lost this job again and again.', 'Look at the logs of Redis.'),
          );
          const report = failedReport(id, job.queued.job, problem, clock.now());
          await store.ledger.saveJobs([report]);
          await board.settle(id, name, key, countsOf(report, 0), problemsByCause(report.problems));
        }
      }
    }

    let more = true;
    let pending: QueuedJob[] = [];
    let taken: Promise<PlannedJob | undefined> | undefined;
    let lastCheck = performance.now();
    for (;;) {
      const open = await look();
      if (signal.aborted) break;
      if (!more && open === 0) break;
      // Filled up as far as there is room and the planner has got; the planner is not waited for longer than until the next look.
      const room = IN_REDIS - open;
      const until = pause(timing.lookEveryMs);
      while (more && pending.length < room) {
        taken ??= planned.take();
        const next = await Promise.race([taken, until]);
        if (next === NO_MORE_TIME) break;
        taken = undefined;
        if (next === undefined) more = false;
        else pending.push({ run: id, job: next.job });
        if (pending.length >= ADDED_AT_ONCE) await give();
      }
      await give();
      if (performance.now() - lastCheck > timing.checkEveryMs) {
        await check();
        lastCheck = performance.now();
      }
      await until;
    }

    async function give(): Promise<void> {
      if (pending.length === 0) return;
      const jobs = pending;
      pending = [];
      for (const queued of jobs) given.set(jobKey(queued), { queued, times: 0 });
      // First noted and then given: whoever finds a noted job missing gives it again, but nobody looks for one that was never noted.
      await board.open(id, name, jobs.map(jobKey));
      await queues.add(name, jobs);
    }

    signal.removeEventListener('abort', stop);
    if (signal.aborted) {
      await board.cancel(id);
      await takeBack(id, [name], timing.stopWithinMs);
    }
    await planner;
    if (met.length > 0) await store.ledger.saveJobs(pagedReports(planningReport(id, name, met, clock.now())));
    await look();
    counter.current = '';
  }

  /** Tells who works, and whether somebody has drained the queue. */
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

  const pause = (delayMs: number): Promise<typeof NO_MORE_TIME> =>
    sleep(delayMs, NO_MORE_TIME, { signal }).catch(() => NO_MORE_TIME);

  async function run(): Promise<RunReport> {
    const ended = new AbortController();
    let watching: Promise<void> | undefined;
    try {
      await board.create({ id, request: options.request, sweepTime: started.getTime() });
      watching = watch(ended.signal);
      // It waits for Redis as all of this does; what it could not do is no failure of the run.
      watching.catch(() => undefined);
      await claimAll();
      if (options.request.resume === true) sweptBefore = await sweptByInterrupted(store.ledger, names, started);
      await store.ledger.saveRun(snapshot('running'));
      await Promise.all(pipelines.map((pipeline, index) => drive(pipeline, counters[index] as Counter)));
    } catch (error) {
      if (!signal.aborted) problems.add(toProblem(error));
    } finally {
      ended.abort();
      await watching?.catch(() => undefined);
    }
    for (const name of names) addCounts(totals, await board.counts(id, name));
    for (const each of await board.leftOut(id)) leftOut.add(each);
    addFromBoard(problems, await board.problems(id));
    const failed = totals.failedJobs > 0 || problems.groups().some(({ severity }) => severity === 'failed');
    const state = signal.aborted ? 'interrupted' : failed ? 'failed' : 'succeeded';
    let report = snapshot(state);
    try {
      await store.ledger.saveRun(report);
    } catch (error) {
      problems.add(toProblem(error));
      report = snapshot('failed');
    }
    await board.forget(id);
    for (const name of names) await board.release(name, id);
    return report;
  }

  return {
    id,
    progress: () => ({
      run: id,
      elapsedMs: clock.now().getTime() - started.getTime(),
      pipelines: counters.map((counter) => ({ ...counter })),
    }),
    soFar: () => ({ ...snapshot('running'), problems: [...problems.groups(), ...metByWorkers] }),
    report: run(),
  };
}

const NO_MORE_TIME = Symbol('no more time');

export const NOTHING: BoardCounts = {
  jobs: 0,
  failedJobs: 0,
  documents: 0,
  written: 0,
  dropped: 0,
  deadLetters: 0,
  retired: 0,
  bytes: 0,
};

export function countsOf({ state, documents, dropped, deadLetters, retired, bytes }: JobReport, written: number): BoardCounts {
  return { jobs: 1, failedJobs: state === 'failed' ? 1 : 0, documents, written, dropped, deadLetters, retired, bytes };
}

function addCounts(totals: Totals, counts: BoardCounts): void {
  for (const name of Object.keys(counts) as (keyof BoardCounts)[]) totals[name] += counts[name];
}
