import { cpSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NOT_SOURCE = ['node_modules', 'dist', 'data', '.git'];

/** Copies the sources into a folder that uses the packages of this checkout, so that a build there changes no file that other tests use. */
export function copyProject(folder: string): string {
  const copy = join(folder, 'source');
  cpSync(ROOT, copy, { recursive: true, filter: (path) => path === ROOT || !NOT_SOURCE.includes(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
