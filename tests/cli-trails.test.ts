import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeTrail } from './support/make-trail.ts';
import { conformance, missingConformance } from './support/needs.ts';
import { makeLists, runCli } from './support/run-cli.ts';

const TRAILS = 'cloudtrail-real/invictus-ir/CloudTrail';
const folder = mkdtempSync(join(tmpdir(), 'orgscope-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('run trails stores real CloudTrail objects once, and search, sql and status answer', {
  skip: missingConformance(TRAILS),
}, async () => {
  const common = ['--data', join(folder, 'trails'), '--lists', makeLists()];
  const run = () => runCli(['run', 'trails', '--source', conformance(TRAILS), '--json', ...common]);

  const first = await run();
  assert.equal(first.code, 0, first.stderr);
  const report = JSON.parse(first.stdout);
  assert.equal(report.state, 'succeeded');
  assert.equal(report.totals.written, 2_900);
  assert.deepEqual(report.failed, []);
  assert.equal(first.stdout.trim().split('\n').length, 1, 'one line of JSON');

  const again = await run();
  assert.equal(again.code, 0);
  const { totals } = JSON.parse(again.stdout);
  assert.deepEqual(
    [totals.documents, totals.written, totals.bytes, totals.skippedSources],
    [0, 0, 0, 55],
    'no object is opened again',
  );

  const count = async (query: string) => (await runCli(['search', 'awscli-trail-*', query, '--count', ...common])).stdout;
  assert.equal(await count(''), '2900\n');
  assert.equal(await count('event.outcome:failure'), '300\n');
  assert.equal(await count('NOT event.outcome:failure'), '2600\n');
  assert.equal(await count('@timestamp:[2023-07-10T00:00:00Z TO 2023-07-10T23:59:59.999Z]'), '2900\n');

  const all = await runCli(['search', 'awscli-trail-*', '--json', ...common]);
  const hits = all.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(hits.length, 2_900, 'search reads all pages');
  assert.equal(new Set(hits.map(({ _id }) => _id)).size, 2_900);
  assert.ok(
    hits.every(({ _index, _source }) => _index === 'awscli-trail-2023.07.10' && _source['@timestamp'].startsWith('2023-07-10T')),
  );

  const limited = await runCli(['search', 'awscli-trail-2023.07.10', '--json', '--limit', '3', ...common]);
  assert.equal(limited.stdout.trim().split('\n').length, 3);

  const rows = await runCli([
    'sql',
    `SELECT "event.outcome" AS outcome, count(*) AS n FROM awscli_trail GROUP BY 1 ORDER BY 1`,
    '--json',
    ...common,
  ]);
  assert.deepEqual(JSON.parse(rows.stdout), [
    { outcome: 'failure', n: '300' },
    { outcome: 'success', n: '2600' },
  ]);

  const status = JSON.parse((await runCli(['status', '--json', ...common])).stdout);
  assert.equal(status.info.sample, false);
  assert.equal(status.counts['awscli-trail'], 2_900);
  assert.equal(status.runs.length, 2);
});

test('the record as AWS wrote it is kept with --preserve-original only', async () => {
  makeTrail(join(folder, 'one'), { objects: 1, eventsPerObject: 1 });
  for (const [option, kept] of [
    ['--preserve-original', true],
    ['--regions=eu-west-1', false],
  ] as const) {
    const common = ['--data', join(folder, `original-${kept}`), '--lists', makeLists()];
    assert.equal((await runCli(['run', 'trails', '--source', join(folder, 'one'), option, ...common])).code, 0);
    const { _source } = JSON.parse((await runCli(['search', 'awscli-trail-*', '--json', ...common])).stdout);
    assert.equal(kept ? JSON.parse(_source.event.original).eventID : _source.event.original, kept ? _source.event.id : undefined);
  }
});

test('sql cannot write or reach files', { skip: missingConformance(TRAILS) }, async () => {
  const common = ['--data', join(folder, 'trails'), '--lists', makeLists()];
  const wrong = [
    'DELETE FROM awscli_trail',
    'CREATE TABLE t (a INT)',
    "SELECT * FROM read_csv('/etc/passwd')",
    "COPY awscli_trail TO '/tmp/x'",
    'SELECT nothing FROM nowhere',
  ];
  for (const statement of wrong) {
    const { code, stdout, stderr } = await runCli(['sql', statement, ...common]);
    assert.notEqual(code, 0, statement);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /root:/);
  }
  assert.equal((await runCli(['search', 'awscli-trail-*', '--count', ...common])).stdout, '2900\n');
});
