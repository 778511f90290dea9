/** Writes what derives from declarations; with `--check` only compares, and names what is stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const files: Record<string, string> = {};

const check = process.argv.includes('--check');
const stale = Object.entries(files).filter(([path, text]) => readIfThere(path) !== text);
for (const [path, text] of stale) {
  if (check) {
    process.stderr.write(`${path} is stale: run npm run generate and commit it\n`);
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`${path}\n`);
}
if (check) process.stdout.write(`${Object.keys(files).length} generated files, ${stale.length} stale\n`);
process.exitCode = check && stale.length > 0 ? 1 : 0;

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
