/**
 * Runs every test file (beside the code and in `tests/`) with Node's own runner, and says at the end what was skipped and why.
 * Arguments narrow the choice: `npm test -- aws processors/encode-trail.test.ts`.
 */
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const IGNORED = /^(node_modules|data|dist|web\/dist)\//;
const chosen = process.argv.slice(2);
const files = globSync('**/*.test.ts', { exclude: (path) => path === 'node_modules' || path === '.git' })
  .filter((file) => !IGNORED.test(file))
  .filter((file) => chosen.length === 0 || chosen.some((part) => file.startsWith(part)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`no test file matches ${chosen.join(' ')}\n`);
  process.exit(2);
}

const skipped = new Map<string, string[]>();
const events = run({ files, concurrency: 2, timeout: 15 * 60_000 });
events.on('test:pass', (event) => {
  if (typeof event.skip !== 'string') return;
  skipped.set(event.skip, [...(skipped.get(event.skip) ?? []), event.name]);
});
events.on('test:fail', () => {
  process.exitCode = 1;
});
events.compose(spec).pipe(process.stdout);
events.on('end', () => {
  if (skipped.size === 0) return;
  const lines = [...skipped].map(
    ([reason, names]) => `  ${names.length} × ${reason}\n${names.map((name) => `      ${name}\n`).join('')}`,
  );
  process.on('exit', () => process.stdout.write(`\nSkipped:\n${lines.join('')}`));
});
