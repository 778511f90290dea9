import { type Job as BullJob, DelayedError, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { PipelineName } from '../core/batch.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import type { Priority } from '../core/pipeline.ts';
import { jobKey, type QueuedJob } from './queued-job.ts';

/** The queues on Redis: one per pipeline, so that a worker takes jobs of its own pipelines only. */
export interface JobQueues {
  /** A job that waits or runs already is not added again. */
  add(pipeline: PipelineName, jobs: readonly QueuedJob[]): Promise<void>;
  /** Removes a job that waits; false for one that a worker has taken. */
  remove(pipeline: PipelineName, key: string): Promise<boolean>;
  /** Of these keys, those that are in no queue. */
  missing(pipeline: PipelineName, keys: readonly string[]): Promise<readonly string[]>;
  counts(pipeline: PipelineName): Promise<{ waiting: number; active: number; delayed: number; paused: boolean }>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Takes jobs and hands them to the handler until closed. */
  work(pipeline: PipelineName, options: WorkOptions, handler: (taken: TakenJob) => Promise<void>): WorkingQueue;
  close(): Promise<void>;
}

export interface WorkOptions {
  /** Jobs that are worked on at the same time. */
  readonly concurrency: number;
  /** A job whose worker has not renewed its lock for so long is given to another worker. */
  readonly takeoverMs: number;
  readonly onError: (error: Error) => void;
}

export interface WorkingQueue {
  /** Takes no more jobs; resolves once those that it has taken have ended. */
  close(): Promise<void>;
}

/**
 * A job that a worker has taken. Its handler resolves when the job has ended, rejects with what `putBack` gave, and rejects with any other
 * error where another attempt may help.
 */
export interface TakenJob {
  readonly key: string;
  readonly data: unknown;
  /** No attempt is left after this one. */
  readonly last: boolean;
  /** How often a worker died, or lost touch with Redis, while it worked on this job. */
  readonly takeovers: number;
  /** How often the job was taken, this time included. */
  readonly started: number;
  /** Aborts when the job was given to another worker. */
  readonly signal: AbortSignal;
  /** Whether this worker still has the job; renews its lock. */
  stillOurs(): Promise<boolean>;
  /** Lets the job wait for so long, which counts as no attempt. The handler must throw the error that this yields. */
  putBack(delayMs: number): Promise<Error>;
}

const PREFIX = 'orgscope';
/** BullMQ gives out jobs with a lower number first. */
const PRIORITIES: Readonly<Record<Priority, number>> = { live: 1, scheduled: 2, backfill: 3 };
const ADDED_AT_ONCE = 200;

export interface QueueTiming {
  readonly attempts: number;
  readonly retryBaseMs: number;
}

export function redisJobQueues(client: Redis, timing: QueueTiming): JobQueues {
  const queues = new Map<PipelineName, Queue>();
  const queueOf = (pipeline: PipelineName): Queue => {
    let queue = queues.get(pipeline);
    if (queue === undefined) {
      queue = new Queue(pipeline, { connection: client, prefix: PREFIX });
      // Errors of the connection are reported by its owner (queue/open-redis.ts).
      queue.on('error', () => undefined);
      queues.set(pipeline, queue);
    }
    return queue;
  };
  const everyQueue = async (work: (queue: Queue) => Promise<unknown>): Promise<void> => {
    for (const pipeline of PIPELINE_NAMES) await work(queueOf(pipeline));
  };

  return {
    async add(pipeline, jobs) {
      for (let start = 0; start < jobs.length; start += ADDED_AT_ONCE) {
        await queueOf(pipeline).addBulk(
          jobs.slice(start, start + ADDED_AT_ONCE).map((queued) => ({
            name: pipeline,
            data: queued,
            opts: {
              jobId: jobKey(queued),
              priority: PRIORITIES[queued.job.priority ?? 'scheduled'],
              attempts: timing.attempts,
              // The jitter takes off up to a half: the jobs of all accounts must not call a service that fails again at the same moment.
              backoff: { type: 'exponential', delay: timing.retryBaseMs, jitter: 0.5 },
              // The store has the report, so Redis need not keep the job.
              removeOnComplete: true,
              removeOnFail: true,
            },
          })),
        );
      }
    },
    async remove(pipeline, key) {
      try {
        return (await queueOf(pipeline).remove(key)) === 1;
      } catch {
        // A worker has the job, whose lock forbids its removal.
        return false;
      }
    },
    async missing(pipeline, keys) {
      if (keys.length === 0) return [];
      const asked = client.pipeline();
      for (const key of keys) asked.exists(`${PREFIX}:${pipeline}:${key}`);
      const answers = (await asked.exec()) ?? [];
      return keys.filter((_, index) => answers[index]?.[0] === null && answers[index]?.[1] === 0);
    },
    async counts(pipeline) {
      const queue = queueOf(pipeline);
      const [counts, paused] = await Promise.all([
        queue.getJobCounts('wait', 'prioritized', 'active', 'delayed'),
        queue.isPaused(),
      ]);
      const of = (name: string): number => counts[name] ?? 0;
      return {
        waiting: of('wait') + of('prioritized'),
        active: of('active'),
        delayed: of('delayed'),
        paused,
      };
    },
    pause: () => everyQueue((queue) => queue.pause()),
    resume: () => everyQueue((queue) => queue.resume()),
    work(pipeline, { concurrency, takeoverMs, onError }, handler) {
      const worker = new Worker(
        pipeline,
        async (job: BullJob, token?: string, signal?: AbortSignal) => {
          await handler({
            key: job.id as string,
            data: job.data,
            last: job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
            takeovers: job.stalledCounter,
            started: job.attemptsStarted,
            signal: signal ?? new AbortController().signal,
            stillOurs: () =>
              job.extendLock(token as string, takeoverMs).then(
                (extended) => extended === 1,
                () => false,
              ),
            async putBack(delayMs) {
              await job.moveToDelayed(Date.now() + delayMs, token);
              return new DelayedError();
            },
          });
        },
        {
          connection: client,
          prefix: PREFIX,
          concurrency,
          lockDuration: takeoverMs,
          stalledInterval: takeoverMs / 2,
          // BullMQ must not fail such a job: the worker counts takeovers itself, and reports a job that had too many.
          maxStalledCount: 1_000_000,
          skipVersionCheck: true,
        },
      );
      worker.on('error', onError);
      worker.on('lockRenewalFailed', (keys) => {
        for (const key of keys) worker.cancelJob(key, 'another worker has it');
      });
      return { close: () => worker.close() };
    },
    async close() {
      for (const queue of queues.values()) await queue.close();
    },
  };
}
