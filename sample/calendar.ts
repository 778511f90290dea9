import { DAY_MS } from '../core/day-ms.ts';

export const HOUR_MS = 3_600_000;

/** How many days of activity the sample has. */
export const DAYS = 90;

const PERIOD_DAYS = 14;

/** The sample's clock. All its times follow from `now`, rounded down to the hour. */
export interface Calendar {
  /** The current hour in milliseconds: nothing in the sample is later. */
  readonly now: number;
  /** Midnight (UTC) of the current day. */
  readonly today: number;
  /**
   * The time from which ages are counted; it advances every 14 days. If ages were counted from today, all dates of all
   * resources would change every day, and each sweep would report that everything has changed.
   */
  readonly anchor: number;
  /** Midnight (UTC) that many days before the anchor. */
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
