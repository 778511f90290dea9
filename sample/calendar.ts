export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** How far back the activity of the sample reaches. */
export const DAYS = 90;

const PERIOD_DAYS = 14;

/** The sample's time: all of it comes from `now`, cut to the hour. */
export interface Calendar {
  /** Milliseconds, on the hour: nothing in the sample is later. */
  readonly now: number;
  /** Midnight (UTC) of the current day. */
  readonly today: number;
  /**
   * What ages are counted from: it moves on once in 14 days. Counted from today, every date of every resource would move
   * daily, and a sample that was looked at yesterday would have changed as a whole.
   */
  readonly anchor: number;
  /** Midnight that many days before the anchor. */
  daysBefore(days: number): number;
}

export function openCalendar(now: Date): Calendar {
  const hour = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  const day = Math.floor(hour / DAY_MS);
  const anchor = (day - (day % PERIOD_DAYS)) * DAY_MS;
  return { now: hour, today: day * DAY_MS, anchor, daysBefore: (days) => anchor - days * DAY_MS };
}

/** `2026-11-21` */
export const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Monday is 0. */
export const weekday = (time: number): number => (Math.floor(time / DAY_MS) + 3) % 7;
