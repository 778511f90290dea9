import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeTrail } from './support/make-trail.ts';
import { makeLists, runCli, said, spawnApart, spawnCli } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-up-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// Keeps the events on any day on which the test runs.
const lists = makeLists({ 'retention.txt': 'awscli-trail-* keep\n' });
const { events } = makeTrail(join(folder, 'trail'), { objects: 20, eventsPerObject: 5 });
const { events: more } = makeTrail(join(folder, 'more'), { objects: 3, eventsPerObject: 5 });

test('while `up` has the store open, other commands reach the store through `up`', async () => {
  const data = join(folder, 'own');
  const common = ['--data', data, '--lists', lists];
  // Once a store has data, `up` shows them and not the sample. The lists are empty, so it does not call AWS.
  assert.equal((await runCli(['run', 'trails', '--source', join(folder, 'trail'), ...common])).code, 0);
  const up = spawnCli(['up', '--port', '0', '--every', 'never', ...common]);
  const output = await said(up, /The page stays up/);
  assert.doesNotMatch(output, /SAMPLE/);
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] as string;

  const file = join(data, 'up.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const { token, pid } = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(pid, up.pid);
  assert.ok(!output.includes(token), 'the output contains the token although no host needs it');

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
  assert.match(failing.stderr, /nothing/, 'an error reaches the caller unchanged');
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

test('a killed `up` leaves its file behind, and later commands open the store themselves', async () => {
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

test("with empty lists `up` shows the sample and says so, keeps it out of the user's store, and stops in the middle of its run", async () => {
  const data = join(folder, 'sample');
  const common = ['--data', data, '--lists', lists];
  const up = spawnCli(['up', '--port', '0', ...common]);
  const output = await said(up, /SAMPLE ORGANISATION/);
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] as string;
  assert.equal(((await (await fetch(`${address}/api/info`)).json()) as { sample: boolean }).sample, true);
  assert.match((await runCli(['status', ...common])).stdout, /sample organisation/);
  // The user's files go into the user's store while `up` has the sample's store open.
  assert.equal((await runCli(['run', 'trails', '--source', join(folder, 'trail'), ...common])).code, 0);
  assert.equal((await runCli(['search', 'awscli-trail-*', '--count', ...common])).stdout, `${events}\n`);

  up.kill('SIGTERM');
  const [code] = await once(up, 'close');
  assert.equal(code, 0);
  const status = JSON.parse((await runCli(['status', '--sample', '--json', ...common])).stdout);
  assert.equal(status.info.sample, true);
  assert.equal(status.runs[0].state, 'interrupted');
});

test('`up` serves metrics and probes, and logs JSON to machines and text to terminals; the token is in no log that others read', async () => {
  const data = join(folder, 'logs');
  const common = ['--data', data, '--lists', lists];
  const token = 'a-token-that-nobody-reads';
  assert.equal((await runCli(['run', 'trails', '--source', join(folder, 'trail'), ...common])).code, 0);
  const args = ['up', '--port', '0', '--host', '0.0.0.0', '--every', 'never', ...common];

  const machine = spawnCli(args, { ORGSCOPE_TOKEN: token });
  const log = await said(machine, /The page stays up/);
  const entries = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(!log.includes(token));
  const address = entries.find((entry) => entry.address !== undefined)?.address as string;
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
  const messages = entries.map(({ level, message }) => `${level} ${message}`);
  for (const message of ['info run started', 'info run succeeded', 'info The page stays up']) {
    assert.ok(messages.includes(message), `${message} in ${messages}`);
  }
  for (const path of ['healthz', 'readyz']) assert.equal((await fetch(`${address}/${path}`)).status, 200);
  assert.equal((await fetch(`${address}/metrics`)).status, 401);
  const metrics = await (await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
  assert.match(metrics, /^orgscope_runs_total\{pipeline="trails",state="succeeded"\} 1$/m);
  machine.kill('SIGTERM');
  assert.equal((await once(machine, 'close'))[0], 0);

  const person = spawnCli([...args, '--log', 'text'], { ORGSCOPE_TOKEN: token, ORGSCOPE_LOG: 'json' });
  const words = await said(person, /The page stays up\. Ctrl-C stops\./);
  assert.match(words, new RegExp(`\\?token=${token}`), 'the text log contains the link with the token');
  assert.doesNotMatch(words, /"level"/);
  person.kill('SIGTERM');
  await once(person, 'close');

  const wrong = await runCli(args, { ORGSCOPE_LOG: 'yaml' });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /ORGSCOPE_LOG is text or json/);
});

test('the file of a killed `up` with the same process id, as in a container, does not prevent the next start', async () => {
  const data = join(folder, 'container');
  const common = ['--data', data, '--lists', lists];
  await runCli(['run', 'trails', '--source', join(folder, 'trail'), ...common]);
  // `exec` keeps the process id of the shell, which the shell has written into the file.
  const program = 'echo "{\\"address\\":\\"http://127.0.0.1:9\\",\\"token\\":\\"t\\",\\"pid\\":$$}" > "$0"; exec "$@"';
  const up = spawnApart([
    'sh',
    '-c',
    program,
    join(data, 'up.json'),
    process.execPath,
    join(import.meta.dirname, '..', 'cli', 'main.ts'),
    'up',
    ...['--port', '0', '--every', 'never', ...common],
  ]);
  await said(up, /The page stays up/);
  up.kill('SIGTERM');
  assert.equal((await once(up, 'close'))[0], 0);
});
