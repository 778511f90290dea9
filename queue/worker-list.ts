import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { WorkerStatus } from '../core/api/runs.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';

/** The workers that are running: each announces itself every few seconds. */
export interface WorkerList {
  /** Must be repeated before `WORKER_AWAY_MS` have passed, or the worker is taken off the list. */
  announce(worker: WorkerStatus): Promise<void>;
  leave(id: string): Promise<void>;
  list(): Promise<readonly WorkerStatus[]>;
}

export const WORKER_AWAY_MS = 20_000;

const status: z.ZodType<WorkerStatus> = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  pipelines: z.array(z.enum(PIPELINE_NAMES)),
  jobs: z.number(),
  done: z.number(),
  failed: z.number(),
  started: z.string(),
});

const LIST = 'orgscope:workers';
const keyOf = (id: string): string => `orgscope:worker:${id}`;

export function redisWorkerList(client: Redis): WorkerList {
  return {
    async announce(worker) {
      await client.multi().sadd(LIST, worker.id).set(keyOf(worker.id), JSON.stringify(worker), 'PX', WORKER_AWAY_MS).exec();
    },
    async leave(id) {
      await client.multi().srem(LIST, id).del(keyOf(id)).exec();
    },
    async list() {
      const ids = (await client.smembers(LIST)).sort();
      if (ids.length === 0) return [];
      const texts = await client.mget(ids.map(keyOf));
      const gone = ids.filter((_, index) => texts[index] == null);
      if (gone.length > 0) await client.srem(LIST, ...gone);
      return texts.flatMap((text) => (text == null ? [] : [status.parse(JSON.parse(text))]));
    },
  };
}
