/** Units of the calendar in UTC, smallest first. */
export const CALENDAR_UNITS = ['minute', 'hour', 'day', 'month'] as const;

export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

/** The length of time buckets: a unit of the calendar, or a number of whole seconds, counted from the start of 1970 in UTC. */
export type Interval = CalendarUnit | { readonly seconds: number };

/** Longer ones are asked for by the calendar. */
export const MOST_SECONDS = 31 * 24 * 60 * 60;
