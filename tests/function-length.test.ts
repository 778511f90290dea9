import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { functionLengths } from './support/function-lengths.ts';

/** The largest number of lines of a function. */
const LIMIT = 150;

const HOT = 'it is on the hot path, and its steps share state in closures for speed';
const STATE = 'its steps are short and share the state of one run or connection';

/** Functions that are longer in whole and stay so, by file and name, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'processors/parse-cloudtrail.ts createTrailReader': HOT,
  'pipelines/look-ups.ts lookUps': STATE,
  'server/prometheus-meter.ts prometheusMeter': STATE,
  'web/src/table/data-table.tsx DataTable': 'it is mostly markup',
  'bench/support/make-trail-objects.ts makeTrailObjects': 'it is mostly the events that it makes',
};

const root = fileURLToPath(new URL('..', import.meta.url));
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

test('no function has more than 150 lines', () => {
  const problems: string[] = [];
  const needed = new Set<string>();
  let seen = 0;
  for (const file of files) {
    for (const { name, line, own, whole, tests } of functionLengths(file, readFileSync(`${root}${file}`, 'utf8'))) {
      seen += 1;
      if (own > LIMIT) problems.push(`${file}:${line} ${name} has ${own} lines of its own`);
      if (tests || whole <= LIMIT) continue;
      const key = `${file} ${name}`;
      needed.add(key);
      if (EXCEPTIONS[key] === undefined) problems.push(`${file}:${line} ${name} has ${whole} lines in whole`);
    }
  }
  assert.ok(seen > 1_000, `only ${seen} functions were found`);
  for (const key of Object.keys(EXCEPTIONS)) if (!needed.has(key)) problems.push(`the exception of ${key} is no longer needed`);
  assert.deepEqual(problems, []);
});

test('lines of nested functions and data do not count for the outer function; a long function is found', () => {
  const lines = (count: number, text: string): string => `${text}\n`.repeat(count);
  const data = `  const rows = [\n${lines(200, '    1,')}  ];\n`;
  const inner = `  function inner() {\n${lines(160, '    rows.pop();')}  }\n`;
  const [outer, nested, describe] = functionLengths(
    'a.ts',
    `export function outer() {\n${data}${inner}  inner();\n}\ndescribe('a', () => {\n${lines(200, '  outer();')}});\n`,
  );
  assert.deepEqual(outer, { name: 'outer', line: 1, own: 5, whole: 367, tests: false });
  assert.deepEqual(nested, { name: 'inner', line: 204, own: 162, whole: 162, tests: false });
  assert.deepEqual([describe?.tests, describe?.own], [true, 202]);
});
