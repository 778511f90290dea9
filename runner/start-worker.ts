import pLimit, { type LimitFunction } from 'p-limit';
import type { RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Job, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import type { JobReport, Store } from '../core/store.ts';
import type { TakenJob, WorkingQueue } from '../queue/job-queues.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { parseQueuedJob, type QueuedJob } from '../queue/queued-job.ts';
import { WORKER_AWAY_MS } from '../queue/worker-list.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { pagedReports } from './paged-reports.ts';
import { problemsByCause } from './problems-by-cause.ts';
import { reportSaver } from './save-reports.ts';
import { countsOf, NO_COUNTS } from './settled-counts.ts';
import { beginJob, failedReport, RETRIED, type WorkContext, type Worked } from './work-job.ts';
import { createWriter, DEFAULT_LIMITS, type WriterLimits } from './writer.ts';

export interface WorkerOptions {
  /** Unique among all workers of all machines. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly queue: SharedQueue;
  readonly store: Store;
  /** Where a run keeps what could not be indexed. */
  readonly deadLetters: (run: string) => DeadLetterFile;
  readonly pipelines: readonly PipelineName[];
  /** Jobs of each pipeline that are read at once; default: the pipeline's own. */
  readonly concurrency?: number;
  /** A job whose worker was silent for so long is given to another one. */
  readonly takeoverMs: number;
  /** The pipeline of a run, as its planner composed it. Called once per run and pipeline. */
  readonly compose: (request: RunRequest, name: PipelineName) => Promise<Pipeline>;
  readonly clock: Clock;
  /** Between 0 and 1, so that jobs that wait for the same place don't come back together. */
  readonly random: () => number;
  /** Takes no more jobs, stores what was read, and gives back what is not done. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: WorkerEvent) => void;
  readonly limits?: WriterLimits;
}

export type WorkerEvent =
  | { readonly type: 'began'; readonly job: Job; readonly run: string; readonly key: string }
  /** It no longer runs here: done, failed, or given back. */
  | { readonly type: 'ended'; readonly job: Job; readonly run: string; readonly key: string; readonly state: EndState }
  /** An attempt failed of this, and another one follows. */
  | { readonly type: 'retried'; readonly job: Job; readonly run: string; readonly problem: Problem }
  /** Redis was away, or another trouble that passes. */
  | { readonly type: 'trouble'; readonly problem: Problem };

/** What the queue is to do with a job. */
type Outcome = 'done' | 'again' | { readonly returnMs: number };

type EndState = JobReport['state'] | 'again' | 'returned';

export interface Worker {
  /** Resolves when the worker has ended: stopped, or with the store's failure. */
  readonly ended: Promise<OrgscopeError | undefined>;
}

/** A worker that dies with a job in hand may have died of it: then no further one shall. */
const MAX_TAKEOVERS = 3;
/** A job that found no place among its account's waits for so long, and longer each time. */
const PLACE_WAIT_MS = 250;
const PLACE_WAIT_AT_MOST_MS = 10_000;
/** What failed here for a reason that is not the job's. */
const RETURN_MS = 2_000;
/** Runs whose pipelines are kept: each knows accounts and what was there before. */
const RUNS_KEPT = 8;

/** Works on what waits in Redis until it is stopped. */
export function startWorker(options: WorkerOptions): Worker {
  const { id, queue, store, clock, random } = options;
  const { board, leases } = queue;
  const aborter = new AbortController();
  const signal = AbortSignal.any([options.signal, aborter.signal]);
  // One for all jobs: the memory of the process has one budget.
  const writer = createWriter(store, () => aborter.abort(), options.limits ?? DEFAULT_LIMITS);
  const saveReport = reportSaver(store.ledger);
  const composed = new Map<string, Promise<Pipeline>>();
  const started = clock.now().toISOString();
  const emit = options.onEvent ?? (() => undefined);
  let jobs = 0;
  let done = 0;
  let failed = 0;

  function pipelineOf(run: string, request: RunRequest, name: PipelineName): Promise<Pipeline> {
    const key = `${run}/${name}`;
    const known = composed.get(key) ?? options.compose(request, name);
    composed.delete(key);
    composed.set(key, known);
    // A failure is of this moment: the next job asks again.
    known.catch(() => composed.delete(key));
    if (composed.size > RUNS_KEPT) composed.delete(composed.keys().next().value ?? '');
    return known;
  }

  async function settle({ run, job }: QueuedJob, key: string, { report, written, leftOut }: Worked): Promise<void> {
    // The report first: a worker that dies between the two leaves a job that is done again, and reported in the same place.
    await Promise.all(pagedReports(report).map(saveReport));
    const counted = await board.settle(run, job.pipeline, key, countsOf(report, written), problemsByCause(report.problems));
    if (counted && leftOut.length > 0) await board.addLeftOut(run, leftOut);
    done++;
    if (report.state === 'failed') failed++;
  }

  async function handle(queued: QueuedJob, taken: TakenJob, atOnce: LimitFunction): Promise<Outcome> {
    const { run: runId, job } = queued;
    const fail = async (problem: Problem): Promise<Outcome> => {
      await settle(queued, taken.key, { report: failedReport(runId, job, problem, clock.now()), written: 0, leftOut: [] });
      return 'done';
    };

    if (signal.aborted) return { returnMs: 0 };
    if (taken.takeovers > MAX_TAKEOVERS) {
      const message = `${taken.takeovers} workers died, or lost touch with Redis, with this job in hand.`;
      return fail(toProblem(new OrgscopeError('unexpected', message, 'Look at the logs of the workers; run it alone to see.')));
    }
    const run = await board.find(runId);
    if (run === undefined || run.cancelled) {
      await board.settle(runId, job.pipeline, taken.key, NO_COUNTS);
      return 'done';
    }

    const place = job.account === undefined ? undefined : `${job.account}/${job.service ?? job.pipeline}`;
    if (place !== undefined && !(await leases.take(place, taken.key))) {
      const delayMs = Math.min(PLACE_WAIT_AT_MOST_MS, PLACE_WAIT_MS * 2 ** Math.min(taken.started, 10));
      return { returnMs: delayMs * (0.5 + random()) };
    }
    const renewal = setInterval(() => {
      if (place !== undefined) void leases.take(place, taken.key).catch(() => undefined);
    }, options.takeoverMs / 3);
    let state: EndState = 'returned';
    emit({ type: 'began', job, run: runId, key: taken.key });
    jobs++;
    try {
      state = await work(queued, run.request, run.sweepTime, taken, atOnce);
    } catch (error) {
      // A defect, or the store: the next one may fail as well, and a job that nobody reports would hold up its run for ever.
      if (error === writer.failure || signal.aborted) state = 'returned';
      else {
        state = 'failed';
        await fail(toProblem(error));
      }
    } finally {
      jobs--;
      emit({ type: 'ended', job, run: runId, key: taken.key, state });
      clearInterval(renewal);
      if (place !== undefined) await leases.release(place, taken.key);
    }
    if (state === 'returned') return { returnMs: RETURN_MS * random() };
    return state === 'again' ? 'again' : 'done';
  }

  async function work(
    queued: QueuedJob,
    request: RunRequest,
    sweepTime: number,
    taken: TakenJob,
    atOnce: LimitFunction,
  ): Promise<EndState> {
    const { run, job } = queued;
    let planned: PlannedJob;
    try {
      planned = await (await pipelineOf(run, request, job.pipeline)).revive(job);
    } catch (error) {
      if (error instanceof OrgscopeError && RETRIED.includes(error.code) && !taken.last) return 'again';
      throw error;
    }
    const ofJob = AbortSignal.any([signal, taken.signal]);
    const fence = async (): Promise<void> => {
      if (taken.signal.aborted || !(await taken.stillOurs())) {
        throw new OrgscopeError('interrupted', 'Another worker has this job by now.', '');
      }
    };
    const context: WorkContext = {
      run,
      sweepTime,
      store,
      writer,
      deadLetters: options.deadLetters(run),
      clock,
      signal: ofJob,
      fence,
      onRetry: (retried, problem) => emit({ type: 'retried', job: retried, run, problem }),
    };
    // The next job is read while the documents of this one are still on their way to the store.
    const attempt = await atOnce(() => beginJob(planned, context)(taken.last));
    if ('again' in attempt) return 'again';
    const worked = await attempt.worked;
    if (worked.report.state === 'interrupted') return 'returned';
    await settle(queued, taken.key, worked);
    return worked.report.state;
  }

  const announce = (): Promise<void> =>
    queue.workers.announce({
      id,
      host: options.host,
      pid: options.pid,
      pipelines: options.pipelines,
      jobs,
      done,
      failed,
      started,
    });

  async function run(): Promise<OrgscopeError | undefined> {
    await announce();
    const beat = setInterval(() => void announce().catch(() => undefined), WORKER_AWAY_MS / 4);
    const working: WorkingQueue[] = options.pipelines.map((name) => {
      const concurrency = options.concurrency ?? factsOf(name).concurrency;
      const atOnce = pLimit(concurrency);
      return queue.queues.work(
        name,
        {
          // As many again wait for the store to take their documents.
          concurrency: 2 * concurrency,
          takeoverMs: options.takeoverMs,
          onError: (error) => emit({ type: 'trouble', problem: toProblem(error) }),
        },
        async (taken) => {
          let outcome: Outcome;
          try {
            outcome = await handle(parseQueuedJob(taken.data), taken, atOnce);
          } catch (error) {
            // The ledger, or Redis: the job itself is not to blame, and waits.
            emit({ type: 'trouble', problem: toProblem(error) });
            outcome = { returnMs: RETURN_MS * (1 + random()) };
          }
          if (typeof outcome === 'object') throw await taken.putBack(outcome.returnMs);
          // Not for people: it makes the queue try again.
          if (outcome === 'again') throw new Error('another attempt may help');
        },
      );
    });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    // What was read is stored, so that what is given back is little.
    await Promise.all([...working.map((each) => each.close()), writer.flush()]);
    clearInterval(beat);
    await queue.workers.leave(id);
    return writer.failure;
  }

  return { ended: run() };
}
