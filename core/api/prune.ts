import { z } from 'zod';
import type { Problem } from '../problem.ts';
import { VIEW_NAMES } from '../view-names.ts';
import { count, listOf, shape, textOrNull, typed } from './shape.ts';

/** POST /api/prune (token): removes what is older than the retention of its index. */
export const pruneRequest = shape({
  /** Only count what would be removed. */
  dryRun: z.boolean(),
});
export type PruneRequest = z.infer<typeof pruneRequest>;

const prunedIndex = shape({
  view: z.enum(VIEW_NAMES),
  /** Such as `awscli-trail-*`. */
  index: z.string(),
  /** Null: everything is kept. */
  retentionDays: z.number().nullable(),
  /** The first day that is kept, `2026-11-21`; null where everything is. */
  before: textOrNull,
  documents: count,
  /** The time of the oldest of these documents. */
  oldest: textOrNull,
});
export type PrunedIndex = z.infer<typeof prunedIndex>;

export const pruneAnswer = shape({
  indices: listOf(prunedIndex),
  /** How many reports of runs were removed: all but the newest ones. */
  runs: count,
  /** Lines of lists/retention.txt that could not be understood. */
  problems: listOf(typed<Problem>()),
});
export type PruneAnswer = z.infer<typeof pruneAnswer>;
