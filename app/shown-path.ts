import { relative } from 'node:path';

/** A path for messages: relative if it is below the working directory. */
export function shownPath(path: string): string {
  const below = relative('.', path);
  return below === '' ? '.' : below.startsWith('..') ? path : below;
}
