import { DAY_MS } from '../core/day-ms.ts';
import type { IndexMapping } from '../core/field.ts';
import { OrgscopeError } from '../core/problem.ts';

/** Defines retention: the first day of an index that is kept, and how many runs' reports are. The days are in each view's declaration. */

/** Reports of runs, each with its jobs, of each set of pipelines that run together: those of a week where a run starts every hour. */
export const KEPT_RUNS = 200;

/** The first day that is kept, `2026-11-21` in UTC; the first of its month where indices are cut by month. */
export function firstKeptDay({ view, partition }: IndexMapping, retentionDays: number, now: Date): string {
  if (!Number.isSafeInteger(retentionDays) || retentionDays < 1) {
    throw new OrgscopeError('usage', `${view} can't be kept for ${retentionDays} days.`, 'Give a whole number from 1.');
  }
  const day = new Date(now.getTime() - retentionDays * DAY_MS).toISOString();
  return partition === 'month' ? `${day.slice(0, 7)}-01` : day.slice(0, 10);
}
