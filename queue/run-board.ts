import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import type { ObjectCount } from '../core/pipeline.ts';
import type { Problem } from '../core/problem.ts';
import type { RunReport } from '../core/store.ts';

/** A run, with what a worker needs for its jobs. */
export interface QueuedRun {
  readonly id: string;
  /** Each worker composes the same pipelines from it. */
  readonly request: RunRequest;
  /** Milliseconds: the time of every sweep of the run. */
  readonly sweepTime: number;
  /** Its jobs are to be dropped. */
  readonly cancelled: boolean;
}

/** Sums over jobs that have ended. */
export type SettledCounts = Omit<RunReport['totals'], 'skippedSources'>;

/** Problems of one cause: how many, and some of them. */
export interface BoardProblems {
  readonly cause: string;
  readonly count: number;
  readonly some: readonly Problem[];
}

/** The runs over many workers, in Redis: their jobs that have not ended, and the sums over those that have. */
export interface RunBoard {
  /** Makes this the pipeline's run. Where the pipeline has another run that has not ended, yields that one and changes nothing. */
  claim(pipeline: PipelineName, run: string): Promise<string | undefined>;
  release(pipeline: PipelineName, run: string): Promise<void>;
  current(): Promise<readonly { readonly pipeline: PipelineName; readonly run: string }[]>;
  create(run: Omit<QueuedRun, 'cancelled'>): Promise<void>;
  find(run: string): Promise<QueuedRun | undefined>;
  cancel(run: string): Promise<void>;
  /** Adds jobs to those that have not ended, before they are given to the queue. */
  open(run: string, pipeline: PipelineName, keys: readonly string[]): Promise<void>;
  openKeys(run: string, pipeline: PipelineName): Promise<readonly string[]>;
  isOpen(run: string, pipeline: PipelineName, key: string): Promise<boolean>;
  openCount(run: string, pipeline: PipelineName): Promise<number>;
  /** Counts a job that has ended, and its problems, once however often it was worked on; false where it was counted before. */
  settle(
    run: string,
    pipeline: PipelineName,
    key: string,
    counts: SettledCounts,
    problems?: readonly BoardProblems[],
  ): Promise<boolean>;
  /** The problems of all jobs of a run that have ended, by cause. */
  problems(run: string): Promise<readonly BoardProblems[]>;
  counts(run: string, pipeline: PipelineName): Promise<SettledCounts>;
  /** Adds up the objects that jobs left out or took for something, by reason. */
  addObjectCounts(run: string, objects: readonly ObjectCount[]): Promise<void>;
  objectCounts(run: string): Promise<readonly ObjectCount[]>;
  /** Jobs and documents of a pipeline in the minute before this one. */
  lastMinute(pipeline: PipelineName): Promise<{ readonly jobs: number; readonly documents: number }>;
  forget(run: string): Promise<void>;
}

const COUNTED = ['jobs', 'failedJobs', 'documents', 'written', 'dropped', 'deadLetters', 'retired', 'bytes'] as const;

/** Redis drops a run that was never ended after so long. */
const KEPT_S = 14 * 24 * 3_600;
const RATES_KEPT_S = 600;

/** Problems that are kept for each cause; a report names the locations of fewer. */
const PROBLEMS_KEPT = 8;
/** Causes that are kept for each run; the reports of its jobs have all of them. */
const CAUSES_KEPT = 1_000;

const SETTLE = `
if redis.call('SREM', KEYS[1], ARGV[1]) == 0 then return 0 end
for index = 5, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[2], ARGV[2] .. '.' .. ARGV[index], ARGV[index + 1])
  redis.call('HINCRBY', KEYS[3], ARGV[2] .. '.' .. ARGV[index], ARGV[index + 1])
end
redis.call('EXPIRE', KEYS[3], ARGV[3])
for _, group in ipairs(cjson.decode(ARGV[4])) do
  local cause = group.cause
  if redis.call('HEXISTS', KEYS[4], cause) == 0 and redis.call('HLEN', KEYS[4]) >= ${CAUSES_KEPT} then cause = 'more' end
  redis.call('HINCRBY', KEYS[4], cause, group.count)
  local kept = KEYS[4] .. ':' .. cause
  for _, problem in ipairs(group.some) do
    if redis.call('LLEN', kept) < ${PROBLEMS_KEPT} then redis.call('RPUSH', kept, problem) end
  end
  redis.call('EXPIRE', kept, ${KEPT_S})
end
redis.call('EXPIRE', KEYS[4], ${KEPT_S})
return 1`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 0`;

/** The composition checks the other members of a request. */
const request = z.looseObject({ pipelines: z.array(z.enum(PIPELINE_NAMES)) });

export function redisRunBoard(client: Redis): RunBoard {
  const runKey = (run: string): string => `orgscope:run:${run}`;
  const problemsKey = (run: string): string => `orgscope:run:${run}:problems`;
  const openKey = (run: string, pipeline: PipelineName): string => `orgscope:run:${run}:open:${pipeline}`;
  const objectsKey = (run: string): string => `orgscope:run:${run}:objects`;
  const currentKey = (pipeline: PipelineName): string => `orgscope:current:${pipeline}`;
  const rateKey = (minute: number): string => `orgscope:minute:${minute}`;
  /** Redis's own time: rates of workers whose clocks differ are one. */
  const minute = async (): Promise<number> => Math.floor(Number((await client.time())[0]) / 60);

  return {
    async claim(pipeline, run) {
      if ((await client.set(currentKey(pipeline), run, 'NX')) === 'OK') return undefined;
      const holder = await client.get(currentKey(pipeline));
      return holder === run ? undefined : (holder ?? undefined);
    },
    release: async (pipeline, run) => void (await client.eval(RELEASE, 1, currentKey(pipeline), run)),
    async current() {
      const runs = await client.mget(PIPELINE_NAMES.map(currentKey));
      return PIPELINE_NAMES.flatMap((pipeline, index) => {
        const run = runs[index];
        return run == null ? [] : [{ pipeline, run }];
      });
    },
    async create({ id, request, sweepTime }) {
      await client.hset(runKey(id), { request: JSON.stringify(request), sweepTime });
      await client.expire(runKey(id), KEPT_S);
    },
    async find(id) {
      const [text, sweepTime, cancelled] = await client.hmget(runKey(id), 'request', 'sweepTime', 'cancelled');
      if (text == null) return undefined;
      const asked = request.parse(JSON.parse(text)) as RunRequest;
      return { id, request: asked, sweepTime: Number(sweepTime), cancelled: cancelled === '1' };
    },
    async cancel(run) {
      if ((await client.exists(runKey(run))) === 1) await client.hset(runKey(run), 'cancelled', '1');
    },
    async open(run, pipeline, keys) {
      await client.sadd(openKey(run, pipeline), ...keys);
      await client.expire(openKey(run, pipeline), KEPT_S);
    },
    openKeys: (run, pipeline) => client.smembers(openKey(run, pipeline)),
    isOpen: async (run, pipeline, key) => (await client.sismember(openKey(run, pipeline), key)) === 1,
    openCount: (run, pipeline) => client.scard(openKey(run, pipeline)),
    async settle(run, pipeline, key, counts, problems = []) {
      const changes = COUNTED.flatMap((name) => (counts[name] === 0 ? [] : [name, counts[name]]));
      const keys = [openKey(run, pipeline), runKey(run), rateKey(await minute()), problemsKey(run)];
      const groups = problems.map(({ cause, count, some }) => ({
        cause,
        count,
        some: some.slice(0, PROBLEMS_KEPT).map((problem) => JSON.stringify(problem)),
      }));
      const given = [key, pipeline, RATES_KEPT_S, JSON.stringify(groups), ...changes];
      return (await client.eval(SETTLE, keys.length, ...keys, ...given)) === 1;
    },
    async counts(run, pipeline) {
      const values = await client.hmget(runKey(run), ...COUNTED.map((name) => `${pipeline}.${name}`));
      return Object.fromEntries(COUNTED.map((name, index) => [name, Number(values[index] ?? 0)])) as unknown as SettledCounts;
    },
    async addObjectCounts(run, objects) {
      for (const { type, pipeline, reason, count, object } of objects) {
        const what = JSON.stringify({ type, pipeline, reason });
        await client.hincrby(objectsKey(run), `count ${what}`, count);
        await client.hsetnx(objectsKey(run), `object ${what}`, object);
      }
      await client.expire(objectsKey(run), KEPT_S);
    },
    async objectCounts(run) {
      const all = await client.hgetall(objectsKey(run));
      return Object.entries(all).flatMap(([field, count]) => {
        if (!field.startsWith('count ')) return [];
        const what = field.slice('count '.length);
        const { type, pipeline, reason } = JSON.parse(what) as Pick<ObjectCount, 'type' | 'pipeline' | 'reason'>;
        return [{ type, pipeline, reason, count: Number(count), object: all[`object ${what}`] ?? '' }];
      });
    },
    async problems(run) {
      const counts = Object.entries(await client.hgetall(problemsKey(run)));
      return Promise.all(
        counts.map(async ([cause, count]) => {
          const some = await client.lrange(`${problemsKey(run)}:${cause}`, 0, -1);
          return { cause, count: Number(count), some: some.map((text) => JSON.parse(text) as Problem) };
        }),
      );
    },
    async lastMinute(pipeline) {
      const [jobs, documents] = await client.hmget(rateKey((await minute()) - 1), `${pipeline}.jobs`, `${pipeline}.documents`);
      return { jobs: Number(jobs ?? 0), documents: Number(documents ?? 0) };
    },
    async forget(run) {
      const causes = await client.hkeys(problemsKey(run));
      await client.del(problemsKey(run), ...causes.map((cause) => `${problemsKey(run)}:${cause}`));
      await client.del(runKey(run), objectsKey(run), ...PIPELINE_NAMES.map((pipeline) => openKey(run, pipeline)));
    },
  };
}
