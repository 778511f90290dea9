import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { makeLists } from '../tests/support/run-cli.ts';
import { readSchedules } from './read-schedules.ts';

const read = (text: string) => {
  const { schedules, problems } = readSchedules(join(makeLists({ 'schedules.txt': text }), 'schedules.txt'), { type: 'once' });
  return { schedules: Object.fromEntries(schedules), said: problems.map(({ where, message }) => `${where.line}: ${message}`) };
};
const ONCE = { type: 'once' };
/** What pipelines do without a line: their own schedule, else that of `--every`. */
const UNNAMED = Object.fromEntries(PIPELINE_NAMES.map((name) => [name, factsOf(name).schedule ?? ONCE]));

test('a line per pipeline; the others as --every says', () => {
  assert.deepEqual(read('# often\ntrails every 5m\nbilling cron 0 6 * * *\ns3 cron "0 6,18 * * 1-5"\n'), {
    schedules: {
      ...UNNAMED,
      trails: { type: 'every', everyMs: 300_000 },
      s3: { type: 'cron', pattern: '0 6,18 * * 1-5' },
      billing: { type: 'cron', pattern: '0 6 * * *' },
    },
    said: [],
  });
  assert.deepEqual(read('inventory never').schedules.inventory, { type: 'never' });
});

test('what is wrong with a line is said with its number, and the pipeline runs as --every says', () => {
  const { schedules, said } = read(
    'trail every 5m\ntrails every 3s\ns3 cron 0 6,18 * * *\nbilling cron 0 25 * * *\ninventory at 6\nbilling cron 0 0 31 2 *\ns3 never mind\ns3 never\ns3 every 1h',
  );
  assert.deepEqual(said, [
    `1: "trail" is no pipeline; there are ${PIPELINE_NAMES.join(', ')}`,
    '2: "3s" is no interval such as 30s, 5m, 1h or 1d (at least 5s)',
    '3: "0 6 18 * * *" has not five fields; put one with commas in quotes: cron "0 6,18 * * *"',
    '4: "0 25 * * *" is no cron expression',
    '5: "at" is neither every, cron nor never',
    '6: "0 0 31 2 *" never comes',
    '7: "mind" is too much',
    '9: "s3" is named already in line 8',
  ]);
  assert.deepEqual(schedules, { ...UNNAMED, s3: { type: 'never' } });
});

test('a pipeline with a schedule in its declaration keeps it until a line says otherwise', () => {
  const often = { type: 'every', everyMs: 30_000 } as const;
  const schedulesWith = (text: string) =>
    readSchedules(join(makeLists({ 'schedules.txt': text }), 'schedules.txt'), { type: 'once' }, [
      { name: 'trails', schedule: often },
      { name: 's3' },
    ]).schedules;
  assert.deepEqual(Object.fromEntries(schedulesWith('')), { trails: often, s3: ONCE });
  assert.deepEqual(Object.fromEntries(schedulesWith('trails every 10s')), {
    trails: { type: 'every', everyMs: 10_000 },
    s3: ONCE,
  });
});
