import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, toProblem } from '../core/problem.ts';
import type { Store } from '../core/store.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { jobKey, type QueuedJob } from '../queue/queued-job.ts';
import { countsOf } from './board-counts.ts';
import type { Counter } from './counter.ts';
import { problemsByCause } from './problems-by-cause.ts';
import { failedReport } from './work-job.ts';

export interface FillQueueOptions {
  readonly run: string;
  readonly pipeline: PipelineName;
  /** The jobs as they are planned; closed at the end. */
  readonly planned: FairQueue<PlannedJob>;
  /** Shows what the workers have done. */
  readonly counter: Counter;
  readonly store: Store;
  readonly queue: SharedQueue;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How often it looks how far the workers are. */
  readonly lookEveryMs: number;
  /** How often it looks whether Redis still has all jobs that wait. */
  readonly checkEveryMs: number;
}

/**
 * Jobs of a pipeline that wait in Redis or are in hand: enough for many workers to be busy until the next look, and few enough that Redis holds
 * some ten MiB of them, however many millions of objects are planned.
 */
const IN_REDIS = 2_000;
const ADDED_AT_ONCE = 200;
/** How often a job that Redis lost is added again. */
const ADDED_AGAIN = 3;
const TIME_IS_UP = Symbol('time is up');

/** Keeps a pipeline's queue on Redis filled with what is planned, until the workers have settled each job or the signal aborts. */
export async function fillQueue(options: FillQueueOptions): Promise<void> {
  const { run, pipeline, planned, store, queue, clock, signal } = options;
  const { board, queues } = queue;
  /** Jobs that were added and may not be done, in case that Redis loses them. */
  const added = new Map<string, { readonly queued: QueuedJob; times: number }>();

  /** Redis may come back without its newest writes: the jobs that it lost are added again. */
  async function check(): Promise<void> {
    const keys = await board.openKeys(run, pipeline);
    const open = new Set(keys);
    for (const key of added.keys()) if (!open.has(key)) added.delete(key);
    for (const key of await queues.missing(pipeline, keys)) {
      // It may have been done between the two questions.
      if (!(await board.isOpen(run, pipeline, key))) continue;
      const job = added.get(key);
      if (job === undefined) continue;
      if (job.times++ < ADDED_AGAIN) await queues.add(pipeline, [job.queued]);
      else await failLost(job.queued, key);
    }
  }

  async function failLost({ job }: QueuedJob, key: string): Promise<void> {
    const lost = new OrgscopeError('store', 'Redis lost this job again and again.', 'Look at the logs of Redis.');
    const report = failedReport(run, job, toProblem(lost), clock.now());
    await store.ledger.saveJobs([report]);
    await board.settle(run, pipeline, key, countsOf(report, 0), problemsByCause(report.problems));
  }

  async function add(jobs: readonly QueuedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    for (const queued of jobs) added.set(jobKey(queued), { queued, times: 0 });
    // The board comes first: a job that it knows and the queue lacks is added again, and a job that the board does not know is never missed.
    await board.open(run, pipeline, jobs.map(jobKey));
    await queues.add(pipeline, jobs);
  }

  let more = true;
  let next: Promise<PlannedJob | undefined> | undefined;

  /** Adds what is planned by now as far as there is room; the planner is not waited for longer than until the next look. */
  async function fill(room: number, time: Promise<typeof TIME_IS_UP>): Promise<void> {
    let pending: QueuedJob[] = [];
    for (let count = 0; more && count < room; count++) {
      next ??= planned.take();
      const taken = await Promise.race([next, time]);
      if (taken === TIME_IS_UP) break;
      next = undefined;
      if (taken === undefined) more = false;
      else pending.push({ run, job: taken.job });
      if (pending.length >= ADDED_AT_ONCE) {
        await add(pending);
        pending = [];
      }
    }
    await add(pending);
  }

  let checked = performance.now();
  for (;;) {
    const open = await look(options);
    if (signal.aborted || (!more && open === 0)) return;
    const time = sleep(options.lookEveryMs, TIME_IS_UP, { signal }).catch((): typeof TIME_IS_UP => TIME_IS_UP);
    await fill(IN_REDIS - open, time);
    if (performance.now() - checked > options.checkEveryMs) {
      await check();
      checked = performance.now();
    }
    await time;
  }
}

/** Takes what the workers have done into the counter, and yields how many jobs are open. */
export async function look({
  run,
  pipeline,
  counter,
  queue: { board },
}: Pick<FillQueueOptions, 'run' | 'pipeline' | 'counter' | 'queue'>): Promise<number> {
  const [counts, open] = await Promise.all([board.counts(run, pipeline), board.openCount(run, pipeline)]);
  counter.done = counts.jobs;
  counter.failed = counts.failedJobs;
  counter.documents = counts.documents;
  counter.bytes = counts.bytes;
  return open;
}
