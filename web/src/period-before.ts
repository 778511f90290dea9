import type { TimeRange } from '../../core/query.ts';

/** The range of the same length that ends where this one begins. */
export function periodBefore({ from, to }: TimeRange): TimeRange {
  const start = Date.parse(from);
  return { from: new Date(start - (Date.parse(to) - start)).toISOString(), to: from };
}

/** As much of the month before as has passed of the month that the range ends in. Yields a time range that ends at that moment. */
export function monthBefore({ to }: TimeRange): TimeRange {
  const last = new Date(Date.parse(to) - 1);
  const month = Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), 1);
  const before = Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - 1, 1);
  return { from: new Date(before).toISOString(), to: new Date(Math.min(month, before + Date.parse(to) - month)).toISOString() };
}

/** Whether the data cover the whole period, by the time of the oldest document. A period that is only partly covered is not compared with. */
export function reachesBack({ from, to }: TimeRange, first: unknown): boolean {
  if (typeof first !== 'string') return false;
  const start = Date.parse(from);
  return Date.parse(first) - start < (Date.parse(to) - start) / 5;
}

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const whole = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });

/** A change such as `+12%`; empty where the period before had nothing. */
export function change(now: number, before: number): string | undefined {
  if (!Number.isFinite(now) || !Number.isFinite(before) || before === 0) return undefined;
  const share = (now - before) / Math.abs(before);
  if (share > 10) return `×${Math.round(now / before)}`;
  return (Math.abs(share) < 0.1 ? percent : whole).format(share);
}
