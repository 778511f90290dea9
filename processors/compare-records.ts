import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../core/json.ts';
import { getOwn, setOwn } from '../core/set-own.ts';

/** One member that differs; a side without the member is undefined. */
export interface Difference {
  /** Dotted; a tag is `Tags.its key`. */
  readonly path: string;
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

/**
 * A fingerprint of a record without its volatile members. The order of lists is ignored, since AWS lists in no order. Two records of a
 * resource with the same fingerprint show the same state.
 */
export function fingerprint(record: JsonObject, volatile: readonly string[]): string {
  return createHash('sha1')
    .update(JSON.stringify(canonical(record, volatile, '')))
    .digest('base64url');
}

/** The members in which two records of one resource differ, without the volatile ones. */
export function compareRecords(before: JsonObject, after: JsonObject, volatile: readonly string[]): Difference[] {
  const differences: Difference[] = [];
  const compare = (from: Json | undefined, to: Json | undefined, path: string): void => {
    if (volatile.includes(path)) return;
    // A resource without tags may have no member for them.
    const [before, after] = [members(from), members(to)];
    const fromMembers = before ?? (from === undefined && Array.isArray(to) && after !== undefined ? {} : undefined);
    const toMembers = after ?? (to === undefined && Array.isArray(from) && before !== undefined ? {} : undefined);
    if (fromMembers !== undefined && toMembers !== undefined) {
      for (const name of new Set([...Object.keys(fromMembers), ...Object.keys(toMembers)])) {
        compare(getOwn(fromMembers, name), getOwn(toMembers, name), path === '' ? name : `${path}.${name}`);
      }
    } else if (text(from, volatile, path) !== text(to, volatile, path)) differences.push({ path, from, to });
  };
  compare(before, after, '');
  return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const text = (value: Json | undefined, volatile: readonly string[], path: string): string | undefined =>
  value === undefined ? undefined : JSON.stringify(canonical(value, volatile, path));

/** A value with sorted keys and lists. */
function canonical(value: Json, volatile: readonly string[], path: string): Json {
  if (Array.isArray(value)) {
    const elements = value.map((element) => canonical(element, volatile, path));
    return elements.length < 2 ? elements : elements.map((element) => JSON.stringify(element)).sort();
  }
  if (value === null || typeof value !== 'object') return value;
  const result: JsonObject = {};
  for (const name of Object.keys(value).sort()) {
    const inner = path === '' ? name : `${path}.${name}`;
    const member = value[name];
    if (member !== undefined && !volatile.includes(inner)) setOwn(result, name, canonical(member, volatile, inner));
  }
  return result;
}

/** An object's members; a list of tags counts as one. */
function members(value: Json | undefined): JsonObject | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (!Array.isArray(value)) return value;
  const tags: JsonObject = {};
  if (value.length === 0) return undefined;
  for (const tag of value) {
    if (tag === null || typeof tag !== 'object' || Array.isArray(tag)) return undefined;
    const { Key, Value, ...more } = tag;
    if (typeof Key !== 'string' || Object.keys(more).length > 0) return undefined;
    setOwn(tags, Key, Value ?? '');
  }
  return tags;
}
