import { cpSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NOT_SOURCE = ['node_modules', 'dist', 'data', '.git'];

/** A copy of the sources in a folder, with the packages of this checkout: what a test builds there is not pulled away under others. */
export function copyProject(folder: string): string {
  const copy = join(folder, 'source');
  cpSync(ROOT, copy, { recursive: true, filter: (path) => path === ROOT || !NOT_SOURCE.includes(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
