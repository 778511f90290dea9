import type { Redis } from 'ioredis';

/** Slots for jobs that call the same service of the same account, counted over all workers of all machines. */
export interface Leases {
  /** Takes a slot, or renews the lease of the one that the holder has; false where all are taken. `limited` names the account and service. */
  take(limited: string, holder: string): Promise<boolean>;
  release(limited: string, holder: string): Promise<void>;
  /** How many slots are taken. */
  held(limited: string): Promise<number>;
}

/**
 * A sorted set for each account and service: its holders, by the time at which their leases end. A worker that dies keeps its slot until then, and
 * one that works must renew its lease. The time is that of Redis, so the clocks of the workers need not agree.
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
  const key = (limited: string): string => `orgscope:leases:${limited}`;
  return {
    take: async (limited, holder) => (await client.eval(TAKE, 1, key(limited), holder, options.limit, options.leaseMs)) === 1,
    release: async (limited, holder) => void (await client.zrem(key(limited), holder)),
    held: (limited) => client.zcard(key(limited)),
  };
}
