import type { TimeRange } from '../../core/query.ts';

export type Interval = 'hour' | 'day' | 'month';

/** More than these can't be told apart on a screen. */
const MOST = 1_000;

/**
 * Every bucket between the first and the last, also those in which nothing was: answers leave them out, and bars of several
 * series can only be stacked on the same places. Starts in UTC, ISO 8601, as answers name them.
 */
export function timeBuckets(present: readonly string[], interval: Interval, range?: TimeRange): string[] {
  const known = [...new Set(present)].sort();
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return [];
  if (range !== undefined) {
    const whole = between(
      start(range.from, interval),
      start(new Date(Date.parse(range.to) - 1).toISOString(), interval),
      interval,
    );
    if (whole !== undefined) return whole;
  }
  return between(first, last, interval) ?? known;
}

function between(first: string, last: string, interval: Interval): string[] | undefined {
  const buckets: string[] = [];
  const at = new Date(first);
  for (; at.toISOString() <= last; buckets.push(at.toISOString()), advance(at, interval))
    if (buckets.length >= MOST) return undefined;
  return buckets;
}

function advance(at: Date, interval: Interval): void {
  if (interval === 'hour') at.setUTCHours(at.getUTCHours() + 1);
  else if (interval === 'day') at.setUTCDate(at.getUTCDate() + 1);
  else at.setUTCMonth(at.getUTCMonth() + 1);
}

/** Where the next bucket begins. */
export function endOf(bucket: string, interval: Interval): string {
  const at = new Date(bucket);
  advance(at, interval);
  return at.toISOString();
}

function start(instant: string, interval: Interval): string {
  const at = new Date(instant);
  if (interval === 'hour') at.setUTCMinutes(0, 0, 0);
  else at.setUTCHours(0, 0, 0, 0);
  if (interval === 'month') at.setUTCDate(1);
  return at.toISOString();
}

const options = (more: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...more });
const FULL = {
  hour: options({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  day: options({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
  month: options({ month: 'long', year: 'numeric' }),
};
const SHORT = {
  hour: options({ hour: '2-digit', minute: '2-digit' }),
  day: options({ day: 'numeric', month: 'short' }),
  month: options({ month: 'short', year: 'numeric' }),
};

export const bucketName = (bucket: string, interval: Interval): string => FULL[interval].format(new Date(bucket));

/** For an axis; midnight is named by its day. */
export function shortBucketName(bucket: string, interval: Interval): string {
  const midnight = interval === 'hour' && bucket.slice(11, 13) === '00';
  return SHORT[midnight ? 'day' : interval].format(new Date(bucket));
}
