import type { CalendarUnit, Interval } from '../../core/interval.ts';
import type { TimeRange } from '../../core/query.ts';

/** The most buckets that a screen can show as separate bars. */
const MOST = 1_000;

/**
 * Every bucket between the first and the last, including empty ones: answers leave these out, but stacked bars of several series need the same
 * buckets. Each is its start in UTC, ISO 8601, as in answers.
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
  if (typeof interval === 'string') ADVANCE[interval](at);
  else at.setTime(at.getTime() + interval.seconds * 1_000);
}

const ADVANCE: Readonly<Record<CalendarUnit, (at: Date) => void>> = {
  minute: (at) => void at.setUTCMinutes(at.getUTCMinutes() + 1),
  hour: (at) => void at.setUTCHours(at.getUTCHours() + 1),
  day: (at) => void at.setUTCDate(at.getUTCDate() + 1),
  month: (at) => void at.setUTCMonth(at.getUTCMonth() + 1),
};

/** The start of the next bucket. */
export function endOf(bucket: string, interval: Interval): string {
  const at = new Date(bucket);
  advance(at, interval);
  return at.toISOString();
}

function start(instant: string, interval: Interval): string {
  const at = new Date(instant);
  if (typeof interval === 'string') START[interval](at);
  else at.setTime(Math.floor(at.getTime() / (interval.seconds * 1_000)) * interval.seconds * 1_000);
  return at.toISOString();
}

const START: Readonly<Record<CalendarUnit, (at: Date) => void>> = {
  minute: (at) => void at.setUTCSeconds(0, 0),
  hour: (at) => void at.setUTCMinutes(0, 0, 0),
  day: (at) => void at.setUTCHours(0, 0, 0, 0),
  month(at) {
    at.setUTCHours(0, 0, 0, 0);
    at.setUTCDate(1);
  },
};

const options = (more: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...more });
const FULL: Readonly<Record<CalendarUnit | 'second', Intl.DateTimeFormat>> = {
  second: options({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  minute: options({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  hour: options({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  day: options({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
  month: options({ month: 'long', year: 'numeric' }),
};
const SHORT: typeof FULL = {
  second: options({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  minute: options({ hour: '2-digit', minute: '2-digit' }),
  hour: options({ hour: '2-digit', minute: '2-digit' }),
  day: options({ day: 'numeric', month: 'short' }),
  month: options({ month: 'short', year: 'numeric' }),
};

/** The smallest unit that tells two neighbouring buckets apart. */
function unitOf(interval: Interval): CalendarUnit | 'second' {
  if (typeof interval === 'string') return interval;
  if (interval.seconds % 60 !== 0) return 'second';
  return interval.seconds % 86_400 === 0 ? 'day' : 'minute';
}

export const bucketName = (bucket: string, interval: Interval): string => FULL[unitOf(interval)].format(new Date(bucket));

/** The short name of a bucket, for an axis. Midnight is named by its day. */
export function shortBucketName(bucket: string, interval: Interval): string {
  const unit = unitOf(interval);
  const midnight = unit !== 'month' && bucket.slice(11, 19) === '00:00:00';
  return SHORT[midnight ? 'day' : unit].format(new Date(bucket));
}
