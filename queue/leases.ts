import type { Redis } from 'ioredis';

/** Places for jobs that call the same service of the same account, counted over all workers of all machines. */
export interface Leases {
  /** Takes a place, or keeps the one that the holder has; false where all are taken. */
  take(place: string, holder: string): Promise<boolean>;
  release(place: string, holder: string): Promise<void>;
  /** How many are held. */
  held(place: string): Promise<number>;
}

/**
 * A sorted set per place: holders by when their lease ends. A worker that dies holds on until then and no longer, so whoever works must renew.
 * The time is that of Redis: the clocks of the workers need not agree.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], 2 * tonumber(ARGV[3]))
return 1`;

export function redisLeases(client: Redis, options: { readonly limit: number; readonly leaseMs: number }): Leases {
  const key = (place: string): string => `orgscope:leases:${place}`;
  return {
    take: async (place, holder) => (await client.eval(TAKE, 1, key(place), holder, options.limit, options.leaseMs)) === 1,
    release: async (place, holder) => void (await client.zrem(key(place), holder)),
    held: (place) => client.zcard(key(place)),
  };
}
