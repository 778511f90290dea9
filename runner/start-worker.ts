import pLimit, { type LimitFunction } from 'p-limit';
import type { RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Job, Pipeline } from '../core/pipeline.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import type { JobReport, Store } from '../core/store.ts';
import type { TakenJob, WorkingQueue } from '../queue/job-queues.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { parseQueuedJob, type QueuedJob } from '../queue/queued-job.ts';
import type { QueuedRun } from '../queue/run-board.ts';
import { WORKER_AWAY_MS } from '../queue/worker-list.ts';
import { takeAccountSlot } from './account-slot.ts';
import { composedPipelines } from './composed-pipelines.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { pagedReports } from './paged-reports.ts';
import { problemsByCause } from './problems-by-cause.ts';
import { reportSaver } from './save-reports.ts';
import { countsOf, NO_COUNTS } from './settled-counts.ts';
import { failedReport, type Worked } from './work-job.ts';
import { workQueuedJob } from './work-queued-job.ts';
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
  /** Between 0 and 1, so that jobs that wait for the same slot don't come back together. */
  readonly random: () => number;
  /** Takes no more jobs, stores what was read, and gives back what is not done. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: WorkerEvent) => void;
  readonly limits?: WriterLimits;
}

export type WorkerEvent =
  | { readonly type: 'began'; readonly job: Job; readonly run: string; readonly key: string }
  /** The job no longer runs here: it succeeded, failed, or was given back. */
  | { readonly type: 'ended'; readonly job: Job; readonly run: string; readonly key: string; readonly state: EndState }
  /** An attempt failed with this problem, and another one follows. */
  | { readonly type: 'retried'; readonly job: Job; readonly run: string; readonly problem: Problem }
  /** Redis was away, or something else went wrong that is likely to pass. */
  | { readonly type: 'trouble'; readonly problem: Problem };

/** What the queue is to do with a job. */
type Outcome = 'done' | 'again' | { readonly returnMs: number };

type EndState = JobReport['state'] | 'again' | 'returned';

export interface Worker {
  /** Resolves when the worker has ended: stopped, or with the store's failure. */
  readonly ended: Promise<OrgscopeError | undefined>;
}

/** A worker may have died because of the job that it worked on: after so many the job is reported as failed. */
const MAX_TAKEOVERS = 3;
/** How long a job waits that found no free slot of its account; each time it waits twice as long, up to the limit. */
const SLOT_WAIT_MS = 250;
const SLOT_WAIT_AT_MOST_MS = 10_000;
/** How long a job waits at most that failed here for a reason that is not its own. */
const RETURN_MS = 2_000;

/** Works on the jobs that wait in Redis until it is stopped. */
export function startWorker(options: WorkerOptions): Worker {
  const { id, queue, store, clock, random } = options;
  const { board, leases } = queue;
  const aborter = new AbortController();
  const signal = AbortSignal.any([options.signal, aborter.signal]);
  // All jobs share one writer, so that the process has one memory budget.
  const writer = createWriter(store, () => aborter.abort(), options.limits ?? DEFAULT_LIMITS);
  const saveReport = reportSaver(store.ledger);
  const pipelineOf = composedPipelines(options.compose);
  const started = clock.now().toISOString();
  const emit = options.onEvent ?? (() => undefined);
  let jobs = 0;
  let done = 0;
  let failed = 0;

  async function settle({ run, job }: QueuedJob, key: string, { report, written, objects }: Worked): Promise<void> {
    // The report comes first: if the worker dies between the two, the job is done again and its report replaces this one.
    await Promise.all(pagedReports(report).map(saveReport));
    const counted = await board.settle(run, job.pipeline, key, countsOf(report, written), problemsByCause(report.problems));
    if (counted && objects.length > 0) await board.addObjectCounts(run, objects);
    done++;
    if (report.state === 'failed') failed++;
  }

  async function fail(queued: QueuedJob, key: string, problem: Problem): Promise<void> {
    const report = failedReport(queued.run, queued.job, problem, clock.now());
    await settle(queued, key, { report, written: 0, objects: [] });
  }

  async function handle(queued: QueuedJob, taken: TakenJob, atOnce: LimitFunction): Promise<Outcome> {
    const { run: runId, job } = queued;
    const { key } = taken;
    if (signal.aborted) return { returnMs: 0 };
    if (taken.takeovers > MAX_TAKEOVERS) {
      const message = `${taken.takeovers} workers died, or lost touch with Redis, while they worked on this job.`;
      const next = 'Look at the logs of the workers, and run the job alone to see why.';
      await fail(queued, key, toProblem(new OrgscopeError('unexpected', message, next)));
      return 'done';
    }
    const run = await board.find(runId);
    if (run === undefined || run.cancelled) {
      await board.settle(runId, job.pipeline, key, NO_COUNTS);
      return 'done';
    }
    const releaseSlot = await takeAccountSlot(leases, job, key, options.takeoverMs);
    if (releaseSlot === undefined) {
      const delayMs = Math.min(SLOT_WAIT_AT_MOST_MS, SLOT_WAIT_MS * 2 ** Math.min(taken.started, 10));
      return { returnMs: delayMs * (0.5 + random()) };
    }
    let state: EndState = 'returned';
    emit({ type: 'began', job, run: runId, key });
    jobs++;
    try {
      state = await work(queued, run, taken, atOnce);
    } catch (error) {
      if (error === writer.failure || signal.aborted) state = 'returned';
      else {
        // The job is reported as failed even where this is a defect of ours: a job without a report would hold up its run for ever.
        state = 'failed';
        await fail(queued, key, toProblem(error));
      }
    } finally {
      jobs--;
      emit({ type: 'ended', job, run: runId, key, state });
      await releaseSlot();
    }
    if (state === 'returned') return { returnMs: RETURN_MS * random() };
    return state === 'again' ? 'again' : 'done';
  }

  async function work(queued: QueuedJob, run: QueuedRun, taken: TakenJob, atOnce: LimitFunction): Promise<EndState> {
    const { deadLetters } = options;
    const onRetry = (job: Job, problem: Problem): void => emit({ type: 'retried', job, run: run.id, problem });
    const context = { store, writer, clock, signal, onRetry, pipelineOf, deadLetters, atOnce };
    const worked = await workQueuedJob(queued.job, run, taken, context);
    if (worked === 'again') return 'again';
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
          // While so many are read, as many again wait for the store to take their documents.
          concurrency: 2 * concurrency,
          takeoverMs: options.takeoverMs,
          onError: (error) => emit({ type: 'trouble', problem: toProblem(error) }),
        },
        async (taken) => {
          let outcome: Outcome;
          try {
            outcome = await handle(parseQueuedJob(taken.data), taken, atOnce);
          } catch (error) {
            // The ledger or Redis failed, not the job: it waits.
            emit({ type: 'trouble', problem: toProblem(error) });
            outcome = { returnMs: RETURN_MS * (1 + random()) };
          }
          if (typeof outcome === 'object') throw await taken.putBack(outcome.returnMs);
          // Makes BullMQ try the job again; nobody reads the message.
          if (outcome === 'again') throw new Error('another attempt may help');
        },
      );
    });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    // Stores what was read, so that little is given back.
    await Promise.all([...working.map((each) => each.close()), writer.flush()]);
    clearInterval(beat);
    await queue.workers.leave(id);
    return writer.failure;
  }

  return { ended: run() };
}
