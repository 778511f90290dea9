import type { QueueStatus } from '../core/api/runs.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { type JobQueues, type QueueTiming, redisJobQueues } from './job-queues.ts';
import { type Leases, redisLeases } from './leases.ts';
import type { OpenedRedis } from './open-redis.ts';
import { type RunBoard, redisRunBoard } from './run-board.ts';
import { redisWorkerList, type WorkerList } from './worker-list.ts';

/** Everything that runs over many workers keep in Redis: jobs, runs, leases and workers. */
export interface SharedQueue {
  readonly name: string;
  readonly queues: JobQueues;
  readonly board: RunBoard;
  readonly leases: Leases;
  readonly workers: WorkerList;
  status(): Promise<QueueStatus>;
  close(): Promise<void>;
}

export interface SharedQueueOptions extends QueueTiming {
  /** Jobs of an account that call the same service at once, over all workers. Workers with a smaller number than others wait the longest. */
  readonly perAccountAndService: number;
  /** A worker that has not renewed its locks and leases for so long loses its jobs and its slots. */
  readonly takeoverMs: number;
}

export function openQueue(redis: OpenedRedis, options: SharedQueueOptions): SharedQueue {
  const { client } = redis;
  const queues = redisJobQueues(client, options);
  const board = redisRunBoard(client);
  const workers = redisWorkerList(client);
  return {
    name: redis.name,
    queues,
    board,
    leases: redisLeases(client, { limit: options.perAccountAndService, leaseMs: options.takeoverMs }),
    workers,
    async status() {
      const [current, list, pipelines] = await Promise.all([
        board.current(),
        workers.list(),
        Promise.all(
          PIPELINE_NAMES.map(async (pipeline) => {
            const [counts, rate] = await Promise.all([queues.counts(pipeline), board.lastMinute(pipeline)]);
            return { pipeline, ...counts, jobsPerMinute: rate.jobs, documentsPerMinute: rate.documents };
          }),
        ),
      ]);
      const runs = new Map(current.map(({ pipeline, run }) => [pipeline, run]));
      const failed = await Promise.all(
        pipelines.map(async ({ pipeline }) => {
          const run = runs.get(pipeline);
          return run === undefined ? 0 : (await board.counts(run, pipeline)).failedJobs;
        }),
      );
      return {
        redis: redis.name,
        paused: pipelines.some(({ paused }) => paused),
        pipelines: pipelines.map(({ paused, ...each }, index) => ({
          ...each,
          run: runs.get(each.pipeline) ?? null,
          failed: failed[index] ?? 0,
        })),
        workers: list,
      };
    },
    async close() {
      await queues.close();
      redis.close();
    },
  };
}
