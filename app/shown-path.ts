import { relative } from 'node:path';

/** A path as a person would write it here: relative where it lies below the working folder. */
export function shownPath(path: string): string {
  const below = relative('.', path);
  return below === '' ? '.' : below.startsWith('..') ? path : below;
}
