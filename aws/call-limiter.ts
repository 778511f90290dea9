import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls that wait until their account, region and service, and the process, have room. AWS counts requests per account, region
 * and API, so nothing wider may share a limit, or one throttled account would hold up forty. Where AWS throttles, the rate of that key is
 * halved and grows again by one call a second after each run of successes: what it allows is known to AWS alone, and differs by API,
 * by account and by what else the account runs.
 */
export function createCallLimiter(limits: CallLimits, time: Time = systemTime): CallLimiter {
  const busy = new Map<string, Lane>();
  // What was learnt of keys that are idle just now, in the order of last use: between two pages no call is under way.
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

  /** When the next call of a slowed key may start. */
  async function turn({ rate }: Lane, signal: AbortSignal | undefined): Promise<void> {
    if (rate === undefined) return;
    const now = time.now();
    const start = Math.max(now, rate.next);
    rate.next = start + 1000 / rate.perSecond;
    // Stopped early, the call itself says so.
    if (start > now) await time.wait(start - now, signal).catch(() => undefined);
  }

  function slow(lane: Lane): void {
    const now = time.now();
    // Calls that were under way together are throttled together: that is one answer, not four.
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
        // Taken last: a call that waits for its own limit must not hold a place of the process.
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

/** Runs a call when it may; the call says when it was throttled. Stopping ends the waiting for a slowed key. */
export type CallLimiter = <Result>(
  key: string,
  run: (throttled: () => void) => Promise<Result>,
  signal?: AbortSignal,
) => Promise<Result>;

export interface CallLimits {
  /** Calls at once per account, region and service. */
  readonly perService: number;
  /** Calls at once in all. */
  readonly overall: number;
}

/**
 * EC2 refills 20 describe calls a second (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html); a call takes about 200 ms.
 * A call costs a millisecond of CPU and takes a hundred or more to be answered: beyond a hundred at once they wait for this process.
 */
export const DEFAULT_CALL_LIMITS: CallLimits = { perService: 4, overall: 100 };

/** Time is an effect. */
interface Time {
  /** Milliseconds. */
  now(): number;
  wait(delayMs: number, signal?: AbortSignal): Promise<unknown>;
}

const systemTime: Time = {
  now: () => performance.now(),
  wait: (delayMs, signal) => sleep(delayMs, undefined, signal === undefined ? {} : { signal }),
};

/** Calls a second that count as not limited: what four at once can make, at 100 ms each. */
const FIRST_RATE = 40;
/** Nothing new starts for so long after a throttled answer: EC2 refills 20 calls meanwhile. */
const PAUSE_MS = 1_000;
/** So many calls for each call a second more: fewer, and more of them are throttled than one in a hundred. */
const RUN = 100;
const MAX_SLOWED = 1_000;

interface Places {
  free: number;
  readonly waiting: (() => void)[];
}

interface Lane extends Places {
  /** Calls that run or wait. */
  users: number;
  /** Undefined until AWS throttles, and again once it no longer does. */
  rate: { perSecond: number; successes: number; readonly slowed: number; next: number } | undefined;
}

const place = ({ waiting }: Places): Promise<void> => new Promise((resolve) => waiting.push(resolve));

/** Given on rather than freed, so that nobody takes it between. */
function release(places: Places): void {
  const next = places.waiting.shift();
  if (next === undefined) places.free += 1;
  else next();
}
