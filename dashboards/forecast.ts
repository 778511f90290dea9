import type { AggregateAnswer, TimeRange } from '../core/query.ts';

/**
 * What a month will cost. Lines that a report has day by day are taken at the average of the month's complete days, times its days; lines
 * that come once (fees, credits, refunds) as they stand. A report is written several times a day, so its last day is never
 * taken for complete before the month is over.
 */

/** Names of the groups that the computation takes. */
export const LINE_TYPE = 'type';
export const DAY = 'day';

/** https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html; tax is dated on the first day but grows with usage. */
const ONCE: ReadonlySet<string> = new Set(['Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'Credit', 'Refund']);

const DAY_MS = 86_400_000;

/** The month that holds the last moment before `to`. */
export function monthOf(to: string): { readonly start: Date; readonly end: Date } {
  const last = new Date(Date.parse(to) - 1);
  const first = (months: number): Date => new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + months, 1));
  return { start: first(0), end: first(1) };
}

/** What has to be asked about: the whole of the month that the chosen range ends in. */
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
  // Until the end was asked for, and there: what the month cost, not what it will.
  if (Date.parse(time.to) >= end.getTime() && newest === days - 1) return sum(lines);
  if (!(newest > 0)) return undefined;
  return sum(lines.filter(({ once }) => once)) + (sum(daily.filter(({ day }) => day < newest)) / newest) * days;
}
