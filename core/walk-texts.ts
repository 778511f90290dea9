import type { Json } from './json.ts';

/** Visits every text of a document with its dotted path, outermost first, until the visitor returns true; yields whether it did. */
export function walkTexts(value: Json, path: string, see: (value: string, path: string) => boolean): boolean {
  if (typeof value === 'string') return see(value, path);
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.some((inner) => walkTexts(inner, path, see));
  return Object.entries(value).some(([key, inner]) => walkTexts(inner, path === '' ? key : `${path}.${key}`, see));
}
