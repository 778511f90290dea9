import { OrgscopeError } from '../core/problem.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { shownStore, type World } from './choose-world.ts';
import type { Environment } from './environment.ts';
import type { Purpose } from './open-store.ts';

/**
 * Twice the calls that one process makes at once in one region, and AWS counts calls by region: a second worker helps with an account, a tenth
 * one would only be throttled.
 */
export const JOBS_PER_ACCOUNT_AND_SERVICE = 8;
/**
 * A worker says in every half of this time that it lives, from the thread that also parses: unpacking and parsing the largest piece (16 MiB)
 * takes it a tenth of a second, a machine under load some seconds. Shorter, and busy workers lose jobs, which are then done twice; longer,
 * and what a killed worker had in hand waits.
 */
export const TAKEOVER_MS = 60_000;

/** The queue at an address, opened and looked at. */
export async function openSharedQueue(
  url: string,
  options: {
    readonly perAccount?: number;
    readonly takeoverMs?: number;
    readonly onTrouble?: (error: OrgscopeError) => void;
  } = {},
): Promise<{ readonly queue: SharedQueue; readonly notices: readonly string[] }> {
  // Loaded here only: who has no Redis need not wait for its client.
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

/** The queue for what runs on this store; undefined where this process does all of it. */
export async function queueFor(world: World, environment: Environment, purpose: Purpose): Promise<SharedQueue | undefined> {
  const url = environment.redisUrl;
  if (url === undefined) return undefined;
  if (world.store.type === 'engine') return (await openSharedQueue(url)).queue;
  // The sample and questions go on as ever: nothing of them is for workers.
  if (world.sample || purpose === 'ask') return undefined;
  throw embeddedStore(`ORGSCOPE_REDIS_URL is set, but ${shownStore(world)} is a file that one process writes: no worker could.`);
}

export const embeddedStore = (message: string): OrgscopeError =>
  new OrgscopeError(
    'conflict',
    message,
    'Name a store that many can write with --store http://host:9200 (or ORGSCOPE_STORE); or unset ORGSCOPE_REDIS_URL, and one process does all.',
  );
