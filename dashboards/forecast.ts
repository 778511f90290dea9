import { DAY_MS } from '../core/day-ms.ts';
import type { AggregateAnswer, TimeRange } from '../core/query.ts';

/**
 * Forecasts the cost of a month. For usage, the average of the month's complete days is multiplied by its days; lines that occur once (fees,
 * credits, refunds) count as they are. AWS writes a report several times a day, so its last day counts as complete only when the month is over.
 */

/** Names of the groups in the answer that the forecast is calculated from. */
export const LINE_TYPE = 'type';
export const DAY = 'day';

/** https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html; tax is dated on the first day but grows with usage. */
const ONCE: ReadonlySet<string> = new Set(['Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'Credit', 'Refund']);

/** The month that holds the last moment before `to`. */
export function monthOf(to: string): { readonly start: Date; readonly end: Date } {
  const last = new Date(Date.parse(to) - 1);
  const first = (months: number): Date => new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + months, 1));
  return { start: first(0), end: first(1) };
}

/** The time range to ask about: the whole month that the chosen range ends in. */
export function forecastTime({ to }: TimeRange): TimeRange {
  const { start, end } = monthOf(to);
  return { from: start.toISOString(), to: end.toISOString() };
}

/** Undefined while no day of the month is complete. `value` names the cost in the rows, which are by type and day. */
export function forecastOf(rows: AggregateAnswer['rows'], value: string, time: TimeRange): number | undefined {
  const { start, end } = monthOf(time.to);
  const lines = rows.map((row) => ({
    once: ONCE.has(String(row[LINE_TYPE])),
    day: Math.floor((Date.parse(String(row[DAY])) - start.getTime()) / DAY_MS),
    cost: Number(row[value]),
  }));
  const sum = (some: typeof lines): number => some.reduce((total, { cost }) => total + cost, 0);
  const days = (end.getTime() - start.getTime()) / DAY_MS;
  const daily = lines.filter(({ once }) => !once);
  const newest = Math.max(...daily.map(({ day }) => day));
  // A month that is over has a cost and no forecast.
  if (Date.parse(time.to) >= end.getTime() && newest === days - 1) return sum(lines);
  if (!(newest > 0)) return undefined;
  return sum(lines.filter(({ once }) => once)) + (sum(daily.filter(({ day }) => day < newest)) / newest) * days;
}
