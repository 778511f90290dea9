import { join } from 'node:path';
import type { IndexMapping } from '../core/field.ts';
import type { Cutoff } from '../core/store.ts';
import { firstKeptDay } from '../mappings/retention.ts';
import { readRetention } from './read-retention.ts';

/** Yields how long each index is kept, by lists/retention.txt and the declarations, and the cutoffs that follow for pruning now. */
export function indexRetention(lists: string, mappings: readonly IndexMapping[], now: Date) {
  const { days, problems } = readRetention(join(lists, 'retention.txt'), mappings);
  const indices = mappings.map((mapping) => {
    const retentionDays = days.get(mapping.view) ?? null;
    const before = retentionDays === null ? null : firstKeptDay(mapping, retentionDays, now);
    return { view: mapping.view, index: mapping.pattern, retentionDays, before };
  });
  const cutoffs: Cutoff[] = indices.flatMap(({ view, before }) => (before === null ? [] : [{ view, before }]));
  return { indices, cutoffs, problems };
}
