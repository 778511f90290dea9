/** Runs every benchmark of this folder, each in a process of its own, and prints their JSON lines: `npm run bench [-- name…]`. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && name !== 'run.ts')
  .map((name) => basename(name, '.ts'))
  .sort();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}: there are ${names.join(', ')}.`);
  process.exit(2);
}
let failed = false;
for (const name of wanted.length > 0 ? wanted : names) {
  const { status } = spawnSync(process.execPath, [...process.execArgv, `${folder}${name}.ts`], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`The benchmark ${name} failed.`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
