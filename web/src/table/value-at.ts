import type { Json } from '../../../core/json.ts';

/** A value by its dotted path. */
export function valueAt(source: Json, path: string): Json | undefined {
  let value: Json | undefined = source;
  for (const key of path.split('.')) {
    if (value === null || value === undefined || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = value[key];
  }
  return value;
}

/** Paths of all values of a document; lists count as one value. */
export function pathsOf(source: Json, before = ''): string[] {
  if (source === null || typeof source !== 'object' || Array.isArray(source)) return before === '' ? [] : [before];
  return Object.entries(source).flatMap(([key, value]) => pathsOf(value, before === '' ? key : `${before}.${key}`));
}
