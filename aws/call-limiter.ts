import pLimit, { type LimitFunction } from 'p-limit';

/**
 * Calls that wait until their account, region and service, and the process, have room. AWS counts requests per account, region
 * and API, so nothing wider may share a limit, or one throttled account would hold up forty.
 */
export function createCallLimiter(limits: CallLimits): <Result>(key: string, run: () => Promise<Result>) => Promise<Result> {
  const limiters = new Map<string, { readonly limit: LimitFunction; users: number }>();
  // Taken second: a call that waits for its own limit must not hold a place of the process.
  const overall = pLimit(limits.overall);
  return async (key, run) => {
    let limiter = limiters.get(key);
    if (limiter === undefined) {
      limiter = { limit: pLimit(limits.perService), users: 0 };
      limiters.set(key, limiter);
    }
    limiter.users += 1;
    try {
      return await limiter.limit(() => overall(run));
    } finally {
      limiter.users -= 1;
      if (limiter.users === 0) limiters.delete(key);
    }
  };
}

export interface CallLimits {
  /** Calls at once per account, region and service. */
  readonly perService: number;
  /** Calls at once in all. */
  readonly overall: number;
}

/** EC2 refills 20 describe calls a second (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html); a call takes about 200 ms. */
export const DEFAULT_CALL_LIMITS: CallLimits = { perService: 4, overall: 64 };
