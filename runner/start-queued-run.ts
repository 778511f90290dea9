import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRequest } from '../core/api/runs.ts';
import { type ProblemGroup, problemGroups } from '../core/group-problems.ts';
import type { Job, PlannedJob } from '../core/pipeline.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { claimPipelines } from './claim-pipelines.ts';
import { conductRun, type Run, type RunBasis } from './conduct-run.ts';
import { jobFeed } from './job-feed.ts';
import { addFromBoard } from './problems-by-cause.ts';
import { type PipelineTally, runTally } from './run-tally.ts';
import { settleAll } from './settle-all.ts';
import { takeBack } from './take-back.ts';
import { withPlannedJobs } from './with-planned-jobs.ts';

/** The caller holds the leases of the pipelines: none is planned twice at the same time. */
export interface QueuedRunOptions extends RunBasis {
  /** The workers compose the same pipelines from it. */
  readonly request: RunRequest;
  readonly queue: SharedQueue;
  readonly timing?: Partial<QueuedRunTiming>;
}

interface QueuedRunTiming {
  /** How often the run reads from the board how many jobs have ended. */
  readonly lookEveryMs: number;
  /** How often it checks that Redis still has all jobs that wait. */
  readonly checkEveryMs: number;
  /** How long a run that is stopped waits for jobs that workers are at. */
  readonly stopWithinMs: number;
}

const TIMING: QueuedRunTiming = { lookEveryMs: 250, checkEveryMs: 10_000, stopWithinMs: 15_000 };

/**
 * Jobs of a pipeline that wait in Redis or that workers are at: enough for many workers to be busy until the next look, and few enough that Redis
 * holds some ten MiB of them, however many millions of objects are planned.
 */
const IN_REDIS = 2_000;
const ADDED_AT_ONCE = 200;
const WATCH_EVERY_MS = 2_000;

/**
 * Runs pipelines over workers: plans in this process, keeps the queue on Redis filled, and ends when each planned job is settled. Workers write
 * the documents and the reports of jobs. As without Redis, what is pending is what was planned less what the ledger has, so that a run whose planner
 * dies is ended by the next run, which plans the rest anew.
 */
export function startQueuedRun(options: QueuedRunOptions): Run {
  const { id, store, clock, queue, request } = options;
  const { board } = queue;
  const { ledger } = store;
  const timing = { ...TIMING, ...options.timing };
  const tally = runTally(options);
  const names = tally.pipelines.map(({ pipeline }) => pipeline.name);
  const drained = new AbortController();
  const failed = new AbortController();
  const stopped = AbortSignal.any([options.signal, drained.signal]);
  const signal = AbortSignal.any([stopped, failed.signal]);
  /** Shown until the end; then the tally has them. */
  let problemsOfWorkers: readonly ProblemGroup[] = [];

  async function readBoard({ pipeline, setCounts }: PipelineTally): Promise<{ readonly open: number }> {
    const [counts, open] = await Promise.all([board.counts(id, pipeline.name), board.openCount(id, pipeline.name)]);
    setCounts(counts);
    return { open };
  }

  async function keepFilled(planned: FairQueue<PlannedJob>, each: PipelineTally): Promise<void> {
    const { name } = each.pipeline;
    const feed = jobFeed({ run: id, pipeline: name, queue, ledger, clock });
    let more = true;
    let taken: Promise<PlannedJob | undefined> | undefined;
    let lastCheck = performance.now();
    for (;;) {
      const { open } = await readBoard(each);
      if (signal.aborted || (!more && open === 0)) return;
      const nextLook = pause(timing.lookEveryMs);
      let jobs: Job[] = [];
      for (let room = IN_REDIS - open; more && room > 0; room--) {
        // A planner that is slow is waited for until the next look: then the jobs that it had ready are given.
        taken ??= planned.take();
        const next = await Promise.race([taken, nextLook]);
        if (next === TIME_TO_LOOK) break;
        taken = undefined;
        if (next === undefined) more = false;
        else jobs.push(next.job);
        if (jobs.length >= ADDED_AT_ONCE) {
          await feed.give(jobs);
          jobs = [];
        }
      }
      await feed.give(jobs);
      if (performance.now() - lastCheck > timing.checkEveryMs) {
        await feed.restoreLost();
        lastCheck = performance.now();
      }
      await nextLook;
    }
  }

  async function drive(each: PipelineTally, sweptBefore: ReadonlySet<string>): Promise<void> {
    const { name } = each.pipeline;
    const reports = await withPlannedJobs(tally, each, { ledger, clock, signal, sweptBefore }, async (planned) => {
      await keepFilled(planned, each);
      if (!signal.aborted) return;
      await board.cancel(id);
      const { stopWithinMs: withinMs, lookEveryMs } = timing;
      await takeBack(queue, { run: id, pipelines: [name], withinMs, lookEveryMs });
    });
    if (reports.length > 0) await ledger.saveJobs(reports);
  }

  /** Shows how many workers there are and what went wrong in jobs, and notices when the queue was drained. */
  async function watch(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      if ((await board.find(id))?.cancelled === true) drained.abort();
      const met = problemGroups();
      addFromBoard(met, await board.problems(id));
      problemsOfWorkers = met.groups();
      const workers = await queue.workers.list();
      for (const { counter } of tally.pipelines) {
        const working = workers.filter(({ pipelines: taken }) => taken.includes(counter.pipeline)).length;
        if (counter.planning || counter.done < counter.planned) {
          counter.current =
            working === 0 ? 'no worker is there: start `orgscope worker`' : `${working} ${working === 1 ? 'worker' : 'workers'}`;
        }
      }
      await sleep(WATCH_EVERY_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }

  const pause = (delayMs: number): Promise<typeof TIME_TO_LOOK> =>
    sleep(delayMs, TIME_TO_LOOK, { signal }).catch(() => TIME_TO_LOOK);

  const ended = new AbortController();
  let watching: Promise<void> | undefined;
  const conducted = conductRun(
    tally,
    {
      async begin() {
        await board.create({ id, request, sweepTime: tally.started.getTime() });
        // Only shows: what it can't read from Redis is no failure of the run.
        watching = watch(ended.signal).catch(() => undefined);
        await claimPipelines({ run: id, pipelines: names, queue, ledger, clock, ...timing });
      },
      work: (sweptBefore) =>
        settleAll(
          tally.pipelines.map((each) => drive(each, sweptBefore)),
          () => failed.abort(),
        ),
      async settle() {
        ended.abort();
        await watching;
        problemsOfWorkers = [];
        for (const each of tally.pipelines) await readBoard(each);
        for (const left of await board.objectCounts(id)) tally.objects.add(left);
        addFromBoard(tally.problems, await board.problems(id));
      },
      isInterrupted: () => stopped.aborted,
    },
    { ledger, resume: request.resume === true, saveEveryMs: options.saveEveryMs },
  );

  async function leaveBoard(): Promise<void> {
    await board.forget(id);
    for (const name of names) await board.release(name, id);
  }

  function soFar() {
    const report = tally.report('running');
    return { ...report, problems: [...report.problems, ...problemsOfWorkers] };
  }

  return {
    id,
    progress: tally.progress,
    soFar,
    // What is left on the board is removed by the next run of these pipelines.
    report: conducted.finally(() => leaveBoard().catch(() => undefined)),
  };
}

const TIME_TO_LOOK = Symbol('time to look');
