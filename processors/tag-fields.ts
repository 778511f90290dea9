import type { Json } from '../core/json.ts';

/** A resource's tags as fields: by name, and as pairs for grouping; no fields if it has no tags. */
export function tagFields(tags: Readonly<Record<string, string>>): Readonly<Record<string, Json>> {
  const pairs = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? {} : { 'resource.tags': { ...tags }, 'resource.tag_pairs': pairs };
}
