/**
 * Runs every test file (beside the code and in `tests/`) with Node's own runner, and lists at the end which tests were skipped and why. Two
 * files run at a time: one that takes turns on an engine and one that does not, so that a file that waits for its turn blocks no other.
 * Arguments narrow the choice: `npm test -- aws processors/encode-trail.test.ts`. `--unit` runs the files beside the code that need no
 * server, as many at once as there are cores; `--watch` runs them again whenever a file that they use is saved.
 */
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { PassThrough } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

const IGNORED = /^(node_modules|data|dist|web\/dist)\//;
const {
  values: { unit, watch },
  positionals: chosen,
} = parseArgs({ options: { unit: { type: 'boolean' }, watch: { type: 'boolean' } }, allowPositionals: true });
const NEEDS_SERVER = /support\/needs\.ts'/;
const files = globSync('**/*.test.ts', { exclude: (path) => path === 'node_modules' || path === '.git' })
  .filter((file) => !IGNORED.test(file))
  .filter((file) => chosen.length === 0 || chosen.some((part) => file.startsWith(part)))
  .filter((file) => unit !== true || !(file.startsWith('tests/') || NEEDS_SERVER.test(readFileSync(file, 'utf8'))))
  .sort();
if (files.length === 0) {
  const elsewhere = unit === true && chosen.some((part) => part.startsWith('tests'));
  const next = elsewhere ? `; files of tests/ are no unit tests: npm test -- ${chosen.join(' ')}` : '';
  process.stderr.write(`no test file matches ${chosen.join(' ')}${next}\n`);
  process.exit(2);
}

const onEngine = (file: string): boolean => /support\/(engine|own-engine|open-test-engine)\.ts'/.test(readFileSync(file, 'utf8'));
const lanes = [files.filter(onEngine), files.filter((file) => !onEngine(file))].filter((lane) => lane.length > 0);
// One file more than there are cores, since tests wait at times.
const concurrency = unit === true ? availableParallelism() + 1 : 1;

const END_IN_TIME = new URL('support/end-in-time.ts', import.meta.url).href;
const skipped = new Map<string, string[]>();
const events = new PassThrough({ objectMode: true });
let running = lanes.length;
for (const lane of lanes) {
  const tests = run({
    files: lane,
    concurrency,
    watch: watch === true,
    timeout: 15 * 60_000,
    execArgv: ['--import', END_IN_TIME],
  });
  tests.on('test:pass', (event) => {
    if (typeof event.skip !== 'string') return;
    skipped.set(event.skip, [...(skipped.get(event.skip) ?? []), event.name]);
  });
  tests.on('test:fail', () => {
    process.exitCode = 1;
  });
  tests.on('data', (event) => events.write(event));
  tests.on('end', () => {
    if (--running === 0) events.end();
  });
}
events.compose(spec).pipe(process.stdout);
events.on('end', () => {
  if (skipped.size === 0) return;
  const lines = [...skipped].map(
    ([reason, names]) => `  ${names.length} × ${reason}\n${names.map((name) => `      ${name}\n`).join('')}`,
  );
  process.on('exit', () => process.stdout.write(`\nSkipped:\n${lines.join('')}`));
});
