import type { TimeRange } from '../core/query.ts';

/** The time ranges up to now that a reader can choose. */
export const RANGES = [
  { id: '24h', label: '24 hours', hours: 24 },
  { id: '7d', label: '7 days', hours: 7 * 24 },
  { id: '30d', label: '30 days', hours: 30 * 24 },
  { id: '90d', label: '90 days', hours: 90 * 24 },
  { id: '1y', label: '1 year', hours: 365 * 24 },
  { id: 'all', label: 'All time', hours: 40 * 365 * 24 },
] as const;

export type RangeId = (typeof RANGES)[number]['id'];
export const DEFAULT_RANGE: RangeId = '30d';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The time range up to now. Its end is rounded up, so that all panels ask about the same time and cached answers stay valid for a while. */
export function timeOf(range: RangeId, now: number): TimeRange {
  const hours = RANGES.find(({ id }) => id === range)?.hours ?? 24;
  const step = hours > 24 ? HOUR_MS : MINUTE_MS;
  const to = Math.ceil(now / step) * step;
  return { from: new Date(to - hours * HOUR_MS).toISOString(), to: new Date(to).toISOString() };
}
