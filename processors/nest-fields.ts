import type { Json, JsonObject } from '../core/json.ts';

/** Turns dotted names into nested objects, as in documents; members without a value are left out. */
export function nestFields(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const path = name.split('.');
    const last = path.pop() as string;
    let target = result;
    for (const part of path) {
      const next = target[part];
      if (next !== null && typeof next === 'object' && !Array.isArray(next)) target = next;
      else {
        const made: JsonObject = {};
        target[part] = made;
        target = made;
      }
    }
    target[last] = value;
  }
  return result;
}
