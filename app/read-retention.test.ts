import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstKeptDay } from '../mappings/retention.ts';
import { makeLists } from '../tests/support/run-cli.ts';
import { readRetention } from './read-retention.ts';
import { storeMappings } from './store-mappings.ts';

const mappings = storeMappings();
const file = join(makeLists(), 'retention.txt');
const read = (text: string) => {
  writeFileSync(file, text);
  const { days, problems } = readRetention(file, mappings);
  return { days: Object.fromEntries(days), problems };
};
const kept = Object.fromEntries(mappings.map(({ view }) => [view, null]));

test('without a line each index is kept as its mapping says, and current state for ever', () => {
  const defaults = Object.fromEntries(mappings.map(({ view, retentionDays }) => [view, retentionDays]));
  assert.deepEqual(read('# nothing\n\n'), { days: defaults, problems: [] });
  const missing = readRetention('/nonexistent/retention.txt', mappings);
  assert.deepEqual([Object.fromEntries(missing.days), missing.problems], [defaults, []]);
  for (const { timeField, retentionDays } of mappings) assert.equal(timeField === null, retentionDays === null);
});

test('a line overrides, and `keep` keeps all', () => {
  const { days, problems } = read('awscli-* 30 # a month\nawscli-trail-*\tkeep\nawscli-current keep\n');
  assert.deepEqual(problems, []);
  assert.deepEqual([days.awscli, days['awscli-trail'], days['awscli-current'], days.awsbilling], [30, null, null, 1_200]);
});

test('a line that is not understood is said with its place; the others count, and what none names is kept', () => {
  const wrong = [
    'awscli-trial-* keep',
    'awscli-*',
    'awscli-* 0',
    'awscli-* -5',
    'awscli-* 2y',
    'awscli-* 1.5',
    'awscli-* 123456',
    'awscli-* 30 40',
    'awscli-* 1,200',
    'awscli-2026.10.01 30',
    'awscli-current 30',
    '* 30',
  ];
  for (const line of wrong) {
    const { days, problems } = read(`awsbilling-* 700\n${line}\n`);
    assert.deepEqual(days, { ...kept, awsbilling: 700 }, line);
    assert.deepEqual(
      problems.map(({ severity, where }) => [severity, where]),
      [['failed', { file, line: 2 }]],
      line,
    );
  }
});

test('two lines that say different things of an index keep it', () => {
  const { days, problems } = read('awscli-* 30\nawscli 60\nawsbilling-* 700\n');
  assert.deepEqual(days, { ...kept, awsbilling: 700 });
  assert.match(problems[0]?.message ?? '', /already in line 1/);
});

test('days are whole days in UTC, months whole months, and no day is not a retention', () => {
  const of = (view: string) => mappings.find((mapping) => mapping.view === view) as (typeof mappings)[number];
  const now = new Date('2026-11-21T23:59:59.999Z');
  assert.equal(firstKeptDay(of('awscli'), 90, now), '2026-08-23');
  assert.equal(firstKeptDay(of('awsbilling'), 20, now), '2026-11-01');
  assert.equal(firstKeptDay(of('awsbilling'), 21, now), '2026-10-01');
  for (const days of [0, -1, 1.5, Number.NaN]) assert.throws(() => firstKeptDay(of('awscli'), days, now), /can't be kept/);
});
