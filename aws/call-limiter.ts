import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Limits the concurrent calls of each account, region and service, and of the process. AWS counts requests per account, region and
 * API: with a wider limit one throttled account would slow down all others. When AWS throttles, the rate of that key is halved, and it
 * grows again by one call a second after each run of successes. AWS does not publish the limits of most calls; they differ by API, by
 * account and by what else the account runs.
 */
export function createCallLimiter(limits: CallLimits, time: Time = systemTime): CallLimiter {
  const busy = new Map<string, Lane>();
  // The rates of keys without running calls, in the order of last use: between two pages a key has no running call.
  const slowed = new Map<string, Lane>();
  const overall: Places = { free: limits.overall, waiting: [] };

  function enter(key: string): Lane {
    let lane = busy.get(key);
    if (lane === undefined) {
      lane = slowed.get(key) ?? { free: limits.perService, waiting: [], users: 0, rate: undefined };
      slowed.delete(key);
      busy.set(key, lane);
    }
    lane.users += 1;
    return lane;
  }

  function leave(key: string, lane: Lane): void {
    lane.users -= 1;
    if (lane.users > 0) return;
    busy.delete(key);
    if (lane.rate === undefined) return;
    slowed.set(key, lane);
    if (slowed.size > MAX_SLOWED) slowed.delete(slowed.keys().next().value ?? '');
  }

  /** The time at which the next call of a slowed key may start. */
  async function turn({ rate }: Lane, signal: AbortSignal | undefined): Promise<void> {
    if (rate === undefined) return;
    const now = time.now();
    const start = Math.max(now, rate.next);
    rate.next = start + 1000 / rate.perSecond;
    // If the wait is aborted, the call itself reports it.
    if (start > now) await time.wait(start - now, signal).catch(() => undefined);
  }

  function slow(lane: Lane): void {
    const now = time.now();
    // Concurrent calls are throttled at the same time: that counts as one throttled answer.
    if (lane.rate !== undefined && now < lane.rate.slowed + PAUSE_MS) return;
    const perSecond = Math.max(1, (lane.rate?.perSecond ?? FIRST_RATE) / 2);
    lane.rate = { perSecond, successes: 0, slowed: now, next: now + PAUSE_MS };
  }

  function succeeded(lane: Lane): void {
    const { rate } = lane;
    if (rate === undefined || ++rate.successes < RUN) return;
    rate.successes = 0;
    rate.perSecond += 1;
    if (rate.perSecond >= FIRST_RATE) lane.rate = undefined;
  }

  return async (key, run, signal) => {
    const lane = enter(key);
    try {
      if (lane.free > 0) lane.free -= 1;
      else await place(lane);
      try {
        await turn(lane, signal);
        // Acquired last: a call that waits for its key's limit must not hold a slot of the process.
        if (overall.free > 0) overall.free -= 1;
        else await place(overall);
        try {
          const result = await run(() => slow(lane));
          succeeded(lane);
          return result;
        } finally {
          release(overall);
        }
      } finally {
        release(lane);
      }
    } finally {
      leave(key, lane);
    }
  };
}

/** Runs a call within the limits; the call reports when it was throttled. The signal ends the wait for a slowed key. */
export type CallLimiter = <Result>(
  key: string,
  run: (throttled: () => void) => Promise<Result>,
  signal?: AbortSignal,
) => Promise<Result>;

export interface CallLimits {
  /** Concurrent calls per account, region and service. */
  readonly perService: number;
  /** Concurrent calls of the process. */
  readonly overall: number;
}

/**
 * EC2 refills 20 describe calls a second (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html); a call takes about 200 ms.
 * A call costs a millisecond of CPU and is answered after a hundred milliseconds or more: with over a hundred concurrent calls the CPU is the limit.
 */
export const DEFAULT_CALL_LIMITS: CallLimits = { perService: 4, overall: 100 };

/** The clock and the timer, which tests replace. */
interface Time {
  /** Milliseconds. */
  now(): number;
  wait(delayMs: number, signal?: AbortSignal): Promise<unknown>;
}

const systemTime: Time = {
  now: () => performance.now(),
  wait: (delayMs, signal) => sleep(delayMs, undefined, signal === undefined ? {} : { signal }),
};

/** A rate at which a key counts as unlimited: four concurrent calls of 100 ms each reach it. */
const FIRST_RATE = 40;
/** No call of a key starts for this long after a throttled answer; EC2 refills 20 calls in that time. */
const PAUSE_MS = 1_000;
/** The rate grows by one call a second after this many successes. With fewer, more than one call in a hundred is throttled. */
const RUN = 100;
const MAX_SLOWED = 1_000;

interface Places {
  free: number;
  readonly waiting: (() => void)[];
}

interface Lane extends Places {
  /** The number of calls that run or wait. */
  users: number;
  /** Undefined while AWS does not throttle the key. */
  rate: { perSecond: number; successes: number; readonly slowed: number; next: number } | undefined;
}

const place = ({ waiting }: Places): Promise<void> => new Promise((resolve) => waiting.push(resolve));

/** Passes a slot directly to the next waiting call, so that no other call can take it in between. */
function release(places: Places): void {
  const next = places.waiting.shift();
  if (next === undefined) places.free += 1;
  else next();
}
