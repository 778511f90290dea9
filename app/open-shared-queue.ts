import { OrgscopeError } from '../core/problem.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { shownStore, type World } from './choose-world.ts';
import type { Environment } from './environment.ts';
import type { Purpose } from './open-store.ts';

/**
 * Twice the concurrent calls of one process in one region. AWS limits calls by region: a second worker speeds an account up, a tenth
 * one would only be throttled.
 */
export const JOBS_PER_ACCOUNT_AND_SERVICE = 8;
/**
 * A worker renews its jobs twice in this time, on the thread that also parses: unpacking and parsing the largest piece (16 MiB)
 * takes a tenth of a second, or some seconds on a loaded machine. A shorter time makes busy workers lose jobs, which then run twice; a longer
 * one delays the jobs of a killed worker.
 */
export const TAKEOVER_MS = 60_000;

/** Opens the queue at an address and checks how its Redis is configured. */
export async function openSharedQueue(
  url: string,
  options: {
    readonly perAccount?: number;
    readonly takeoverMs?: number;
    readonly onTrouble?: (error: OrgscopeError) => void;
  } = {},
): Promise<{ readonly queue: SharedQueue; readonly notices: readonly string[] }> {
  // Loaded lazily: without Redis its client is not needed.
  const [{ openRedis }, { openQueue }, { ATTEMPTS, RETRY_BASE_MS }] = await Promise.all([
    import('../queue/open-redis.ts'),
    import('../queue/open-queue.ts'),
    import('../runner/work-job.ts'),
  ]);
  const redis = await openRedis(url, options.onTrouble);
  const queue = openQueue(redis, {
    attempts: ATTEMPTS,
    retryBaseMs: RETRY_BASE_MS,
    perAccountAndService: options.perAccount ?? JOBS_PER_ACCOUNT_AND_SERVICE,
    takeoverMs: options.takeoverMs ?? TAKEOVER_MS,
  });
  return { queue, notices: redis.notices };
}

/** The queue for runs on this store; undefined where this process runs all jobs itself. */
export async function queueFor(world: World, environment: Environment, purpose: Purpose): Promise<SharedQueue | undefined> {
  const url = environment.redisUrl;
  if (url === undefined) return undefined;
  if (world.store.type === 'engine') return (await openSharedQueue(url)).queue;
  // Workers take part neither in runs of the sample nor in questions.
  if (world.sample || purpose === 'ask') return undefined;
  throw embeddedStore(`ORGSCOPE_REDIS_URL is set, but ${shownStore(world)} is a file that one process writes: no worker could.`);
}

export const embeddedStore = (message: string): OrgscopeError =>
  new OrgscopeError(
    'conflict',
    message,
    'Name a store that many can write with --store http://host:9200 (or ORGSCOPE_STORE); or unset ORGSCOPE_REDIS_URL, and one process does all.',
  );
