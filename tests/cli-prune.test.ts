import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PruneAnswer } from '../core/api/prune.ts';
import { DAY_MS } from '../core/day-ms.ts';
import { makeTrail } from './support/make-trail.ts';
import { makeLists, runCli, said, spawnCli } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-prune-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const daysAgo = (days: number): Date => new Date(new Date().setUTCHours(0, 0, 0, 0) - days * DAY_MS);
const trail = join(folder, 'trail');
const older = makeTrail(trail, { objects: 3, eventsPerObject: 5, account: '111111111111', start: daysAgo(500) }).events;
const newer = makeTrail(trail, { objects: 2, eventsPerObject: 5, account: '222222222222', start: daysAgo(100) }).events;

const lists = makeLists();
const retention = (text: string): void => writeFileSync(join(lists, 'retention.txt'), text);
const common = ['--data', join(folder, 'data'), '--lists', lists];
const readTrail = async () =>
  JSON.parse((await runCli(['run', 'trails', '--source', trail, '--json', ...common])).stdout).totals as Record<string, number>;
const count = async () => Number((await runCli(['search', 'awscli-trail-*', '--count', ...common])).stdout);
async function prune(...args: string[]) {
  const { code, stdout } = await runCli(['prune', ...args, '--json', ...common]);
  const answer = JSON.parse(stdout) as PruneAnswer;
  return { code, ...answer, trail: answer.indices.find(({ view }) => view === 'awscli-trail') };
}

test('prune removes and reports documents older than the retention, and a run does not read them again', async () => {
  assert.equal((await readTrail()).written, older + newer);
  const expected = {
    view: 'awscli-trail',
    index: 'awscli-trail-*',
    retentionDays: 400,
    before: daysAgo(400).toISOString().slice(0, 10),
    documents: older,
    oldest: daysAgo(500).toISOString(),
  };
  assert.deepEqual((await prune('--dry-run')).trail, expected);
  const text = await runCli(['prune', '--dry-run', ...common]);
  assert.match(
    text.stdout,
    new RegExp(
      `awscli-trail-\\* +400 days +${older} would be removed, the oldest from ${daysAgo(500).toISOString().slice(0, 10)}`,
    ),
  );
  assert.match(text.stdout, /awscli-current +keep$/m);
  assert.equal(await count(), older + newer, 'a dry run removes nothing');

  assert.deepEqual((await prune()).trail, expected);
  assert.equal(await count(), newer);
  assert.equal((await prune()).trail?.documents, 0);
  const again = await readTrail();
  assert.deepEqual([again.written, again.skippedSources], [0, 5]);
  assert.equal(await count(), newer);
});

test('the list overrides the default retention; an invalid line fails with its location, and `keep` removes nothing', async () => {
  retention('awscli-trail-* 60\nawscli-* soon\n');
  const dry = await prune('--dry-run');
  assert.deepEqual([dry.code, dry.trail?.documents], [1, newer]);
  assert.deepEqual(dry.problems[0]?.where, { file: join(lists, 'retention.txt'), line: 2 });
  retention('awscli-trail-* keep\n');
  const kept = await prune();
  assert.deepEqual([kept.code, kept.trail?.retentionDays, kept.trail?.documents], [0, null, 0]);
});

test('`up` prunes after its run, and for the command while it has the store open', async () => {
  const extra = makeTrail(trail, { objects: 1, eventsPerObject: 7, account: '333333333333', start: daysAgo(500) }).events;
  await readTrail();
  assert.equal(await count(), newer + extra);
  retention('');
  const up = spawnCli(['up', '--port', '0', '--every', 'never', ...common]);
  assert.match(
    await said(up, /The page stays up/),
    new RegExp(`Removed by retention: ${extra} documents of awscli-trail-\\* from before`),
  );
  assert.equal(await count(), newer);
  retention('awscli-trail-* 60\n');
  assert.equal((await prune('--dry-run')).trail?.documents, newer);
  assert.equal(await count(), newer);
  assert.equal((await prune()).trail?.documents, newer);
  assert.equal(await count(), 0);
  up.kill('SIGINT');
  await once(up, 'close');

  const quiet = spawnCli(['up', '--port', '0', '--every', 'never', ...common]);
  assert.doesNotMatch(await said(quiet, /The page stays up/), /retention/);
  quiet.kill('SIGINT');
  await once(quiet, 'close');
});
