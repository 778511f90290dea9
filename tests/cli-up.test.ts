import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeTrail } from './support/make-trail.ts';
import { makeLists, runCli, said, spawnCli } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-up-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// Whatever the day is on which the test runs.
const lists = makeLists({ 'retention.txt': 'awscli-trail-* keep\n' });
const { events } = makeTrail(join(folder, 'trail'), { objects: 20, eventsPerObject: 5 });
const { events: more } = makeTrail(join(folder, 'more'), { objects: 3, eventsPerObject: 5 });

test('while `up` holds the store, the other commands reach it through it', async () => {
  const data = join(folder, 'own');
  const common = ['--data', data, '--lists', lists];
  // Data of one's own: from here on `up` shows these and not the sample. Its lists name nothing, so it asks AWS nothing either.
  assert.equal((await runCli(['run', 'trails', '--source', join(folder, 'trail'), ...common])).code, 0);
  const up = spawnCli(['up', '--port', '0', '--every', 'never', ...common]);
  const output = await said(up, /The page stays up/);
  assert.doesNotMatch(output, /SAMPLE/);
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] as string;

  const file = join(data, 'up.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const { token, pid } = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(pid, up.pid);
  assert.ok(!output.includes(token), 'the token is not shown where it is not needed');

  // DuckDB lets one process open the file: what follows can only succeed through `up`.
  const count = () => runCli(['search', 'awscli-trail-*', '--count', ...common]);
  assert.equal((await count()).stdout, `${events}\n`);
  const run = await runCli(['run', 'trails', '--source', join(folder, 'more'), '--json', ...common]);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(JSON.parse(run.stdout).totals.documents, more);
  const rows = await runCli(['sql', 'SELECT count(*) AS n FROM awscli_trail', '--json', ...common]);
  const { n } = JSON.parse(rows.stdout)[0];
  assert.equal(`${n}\n`, (await count()).stdout);
  const status = JSON.parse((await runCli(['status', '--json', ...common])).stdout);
  assert.equal(status.runs[0].state, 'succeeded');
  assert.equal(status.counts['awscli-trail'], Number(n));

  const failing = await runCli(['sql', 'SELECT nothing', ...common]);
  assert.equal(failing.code === 0, false);
  assert.match(failing.stderr, /nothing/, 'errors come through as they are');
  assert.equal(
    (await fetch(`${address}/api/sql`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status,
    401,
  );

  const second = await runCli(['up', '--port', '0', ...common]);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`up already.*${address}`));
  const port = await runCli([
    'up',
    '--port',
    address.split(':').at(-1) as string,
    '--data',
    join(folder, 'other'),
    '--lists',
    lists,
  ]);
  assert.equal(port.code, 1);
  assert.match(port.stderr, /in use.*--port/);
  assert.equal(existsSync(join(folder, 'other', 'sample', 'up.json')), false);

  up.kill('SIGINT');
  const [code] = await once(up, 'close');
  assert.equal(code, 0);
  assert.equal(existsSync(file), false);
  assert.equal((await count()).stdout, `${n}\n`, 'and the store is free again');
});

test('the file of an `up` that was killed misleads nobody', async () => {
  const data = join(folder, 'killed');
  const common = ['--data', data, '--lists', lists];
  await runCli(['run', 'trails', '--source', join(folder, 'trail'), ...common]);
  const up = spawnCli(['up', '--port', '0', '--every', 'never', ...common]);
  await said(up, /The page stays up/);
  up.kill('SIGKILL');
  await once(up, 'close');
  assert.ok(existsSync(join(data, 'up.json')));
  assert.equal((await runCli(['search', 'awscli-trail-*', '--count', ...common])).stdout, `${events}\n`);
});

test('without names `up` shows the sample at once, says so, keeps it apart, and stops in the middle of its run', async () => {
  const data = join(folder, 'sample');
  const common = ['--data', data, '--lists', lists];
  const up = spawnCli(['up', '--port', '0', ...common]);
  const output = await said(up, /SAMPLE ORGANISATION/);
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] as string;
  assert.equal(((await (await fetch(`${address}/api/info`)).json()) as { sample: boolean }).sample, true);
  assert.match((await runCli(['status', ...common])).stdout, /sample organisation/);
  // One's own files go into one's own store, beside an `up` that holds the sample's.
  assert.equal((await runCli(['run', 'trails', '--source', join(folder, 'trail'), ...common])).code, 0);
  assert.equal((await runCli(['search', 'awscli-trail-*', '--count', ...common])).stdout, `${events}\n`);

  up.kill('SIGTERM');
  const [code] = await once(up, 'close');
  assert.equal(code, 0);
  const status = JSON.parse((await runCli(['status', '--sample', '--json', ...common])).stdout);
  assert.equal(status.info.sample, true);
  assert.equal(status.runs[0].state, 'interrupted');
});
