import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { connect } from '../stores/elasticsearch/connect.ts';
import { useEngine } from './support/engine.ts';
import { makeTrail } from './support/make-trail.ts';
import { missing } from './support/needs.ts';
import { makeLists, runCli, said, spawnCli } from './support/run-cli.ts';
import { selfSigned } from './support/self-signed.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-engines-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const lists = makeLists({ 'retention.txt': 'awscli-trail-* keep\n' });
const trail = join(folder, 'trail');
const { events } = makeTrail(trail, { objects: 10, eventsPerObject: 10, start: new Date('2026-10-01T00:00:00Z') });
// Events of another account and day, and a record that is no object.
const more = join(folder, 'more');
makeTrail(more, { objects: 1, eventsPerObject: 5, account: '222222222222', start: new Date('2026-09-01T00:00:00Z') });
writeFileSync(join(more, 'odd.json'), JSON.stringify({ Records: [17] }));

interface Status {
  readonly info: { readonly store: string; readonly sample: boolean };
  readonly counts: Record<string, number>;
  readonly runs: { readonly state: string; readonly id: string }[];
  readonly gaps: object[];
  readonly deadLetters: { readonly reason: string }[];
}

for (const service of ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const) {
  const skip = missing(service);
  describe(`the commands on ${service}`, { skip }, () => {
    const engine = skip === false ? useEngine(service) : { url: '', wipe: async () => undefined };
    const data = join(folder, `data-${service}`);
    const common = ['--store', engine.url, '--data', data, '--lists', lists];
    const cli = (...args: string[]) => runCli([...args, ...common]);
    const status = async (): Promise<Status> => JSON.parse((await cli('status', '--json')).stdout);
    const request = async (method: 'PUT' | 'DELETE', path: string, body?: object) => {
      const connection = await connect({ nodes: [engine.url] });
      await connection.request({ method, path, ...(body === undefined ? {} : { body }), allow: [404] });
      await connection.close();
    };

    test('`setup` shows its plan, applies it once, and changes nothing that exists', async () => {
      const dry = await cli('setup', '--dry-run');
      assert.equal(dry.code, 0, dry.stderr);
      assert.match(dry.stdout, /create {3}template orgscope-awscli-trail: for awscli-trail-\*/);
      assert.match(
        (await cli('status')).stderr,
        /no data yet in .*orgscope up/,
        'neither a dry run nor `status` creates anything',
      );
      assert.match((await cli('setup')).stdout, /✓ create {3}template orgscope-awscli-trail/);
      assert.match((await cli('setup')).stdout, /Nothing to do\.\n$/);

      await request('PUT', '/_index_template/orgscope-awscli-trail', {
        index_patterns: ['awscli-trail-*'],
        priority: 200,
        template: { mappings: { properties: { event: { properties: { action: { type: 'long' } } } } } },
      });
      await request('PUT', '/awscli-trail-2026.01.01');
      const conflict = await cli('setup', '--json');
      assert.equal(conflict.code, 1);
      const { applied, steps } = JSON.parse(conflict.stdout) as {
        applied: boolean;
        steps: { name: string; action: string; next?: string }[];
      };
      assert.equal(applied, false);
      const step = steps.find(({ action }) => action === 'conflict');
      assert.equal(step?.name, 'awscli-trail-2026.01.01');
      assert.match(step?.next ?? '', /Reindex .* or delete it/);
      const run = await cli('run', 'trails', '--source', trail);
      assert.equal(run.code, 1);
      assert.match(
        run.stderr,
        /^orgscope: awscli-trail-2026\.01\.01: its field event\.action is long/m,
        'writing does not start either',
      );
      await request('DELETE', '/awscli-trail-2026.01.01');
    });

    test('a run and its repetition answer questions and create no local file', async () => {
      const run = await cli('run', 'trails', '--source', trail, '--json');
      assert.equal(run.code, 0, run.stderr);
      assert.equal(JSON.parse(run.stdout).totals.written, events);
      assert.equal(JSON.parse((await cli('run', 'trails', '--source', trail, '--json')).stdout).totals.skippedSources, 10);
      assert.equal((await cli('search', 'awscli-trail-*', '--count')).stdout, `${events}\n`);
      const { info, counts, runs, gaps } = await status();
      assert.deepEqual([info.store, info.sample], [engine.url, false]);
      assert.deepEqual([counts['awscli-trail'], runs.length, gaps], [events, 2, []]);
      const sql = await cli('sql', 'SELECT 1');
      assert.equal(sql.code, 2);
      assert.match(sql.stderr, /Only the embedded store speaks SQL.*orgscope search/);
      assert.equal(existsSync(data), false);
    });

    test('a dead letter is kept in the engine, with its reason', async () => {
      const run = await cli('run', 'trails', '--source', more);
      assert.equal(run.code, 1);
      assert.match(run.stdout, /what could not be indexed is kept as dead letters in orgscope-dead-letters of http/);
      assert.deepEqual(
        (await status()).deadLetters.map(({ reason }) => reason),
        ['The record is no object'],
      );
      assert.match((await cli('status')).stdout, /odd\.json, byte 12: The record is no object/);
    });

    test('the sample never mixes with data in the engine', async () => {
      for (const args of [
        ['run', 'trails', '--sample'],
        ['run', 'trails'],
        ['status', '--sample'],
      ]) {
        const { code, stderr } = await cli(...args);
        assert.equal(code, 1);
        assert.match(stderr, /holds data of your own, and the sample never mixes/);
      }
    });

    test('two processes of `up` and other commands use the engine at the same time', async () => {
      const up = spawnCli(['up', '--port', '0', '--every', 'never', ...common]);
      const output = await said(up, /The page stays up/);
      assert.doesNotMatch(output, /SAMPLE/);
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output.replace(engine.url, ''))?.[0] as string;
      const { counts } = (await (await fetch(`${address}/api/status`)).json()) as Status;
      assert.equal(counts['awscli-trail'], events + 5);
      const other = await cli('run', 'trails', '--source', trail, '--json');
      assert.equal(JSON.parse(other.stdout).totals.skippedSources, 10, 'the other process needs no `up`');
      const second = spawnCli(['up', '--port', '0', '--every', 'never', ...common]);
      await said(second, /The page stays up/);
      for (const each of [up, second]) {
        each.kill('SIGINT');
        assert.deepEqual(await once(each, 'close'), [0, null]);
      }
      assert.equal(
        (await status()).runs.every(({ state }) => state !== 'running'),
        true,
      );
    });

    test('an index that others deleted is a gap, which `run --again` fills', async () => {
      await request('DELETE', '/awscli-trail-2026.10.01');
      const gap = { view: 'awscli-trail', index: 'awscli-trail-2026.10.01', expected: events, stored: 0 };
      assert.deepEqual((await status()).gaps, [gap]);
      assert.match(
        (await cli('status')).stdout,
        /✗ awscli-trail-2026\.10\.01: 0 of 100 documents are there; .* → `orgscope run trails --again` reads their sources again/,
      );
      await cli('run', 'trails', '--source', trail);
      assert.deepEqual((await status()).gaps, [gap], 'acknowledged sources are read again only with --again');
      const again = await cli('run', 'trails', '--source', trail, '--again', '--json');
      assert.equal(JSON.parse(again.stdout).totals.written, events);
      assert.deepEqual((await status()).gaps, []);
      assert.equal((await cli('search', 'awscli-trail-*', '--count')).stdout, `${events + 5}\n`);
    });

    test('a killed run is shown as interrupted and blocks no later run', async () => {
      const large = join(folder, `large-${service}`);
      const made = makeTrail(large, { objects: 3_000, eventsPerObject: 10, account: '333333333333' });
      const killed = spawnCli(['run', 'trails', '--source', large, ...common]);
      await said(killed, / of \d/);
      // The engine holds a note that this run is under way.
      assert.equal((await status()).runs[0]?.state, 'running');
      killed.kill('SIGKILL');
      await once(killed, 'close');
      assert.equal((await status()).runs[0]?.state, 'interrupted');
      const next = await cli('run', 'trails', '--source', large, '--json');
      assert.equal(JSON.parse(next.stdout).state, 'succeeded');
      assert.doesNotMatch(next.stderr, /waiting for its end/);
      assert.equal((await cli('search', 'awscli-trail-*', '--count')).stdout, `${events + 5 + made.events}\n`);
      assert.deepEqual((await status()).gaps, []);
    });

    test('`prune` removes old indices, which is no gap', async () => {
      const settings = [...common.slice(0, -1), makeLists({ 'retention.txt': 'awscli-trail-* 1\n' })];
      const dry = JSON.parse((await runCli(['prune', '--dry-run', '--json', ...settings])).stdout);
      const count = Number((await cli('search', 'awscli-trail-*', '--count')).stdout);
      const pruned = JSON.parse((await runCli(['prune', '--json', ...settings])).stdout);
      const removed = (answer: { indices: { view: string; documents: number }[] }) =>
        answer.indices.find(({ view }) => view === 'awscli-trail')?.documents;
      assert.deepEqual([removed(dry), removed(pruned)], [count, count]);
      const { counts, gaps } = await status();
      assert.deepEqual([counts['awscli-trail'], gaps], [0, []]);
    });

    test("an engine that holds the sample refuses the user's data, and `status` reports the sample", async () => {
      await engine.wipe();
      assert.equal((await runCli(['run', 'billing', '--store', engine.url, '--lists', makeLists(), '--data', data])).code, 0);
      const own = await cli('run', 'trails', '--source', trail);
      assert.equal(own.code, 1);
      assert.match(own.stderr, /holds the sample organisation, which never mixes with your own/);
      assert.equal((await status()).info.sample, true);
    });
  });
}

test("an engine that can't be used is one message, which never contains the password", async () => {
  const { key, cert } = selfSigned();
  const refusing = createServer((_request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"type":"security_exception","reason":"no"}}');
  });
  const secure = createTlsServer({ key, cert }, (_request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
  });
  await Promise.all([refusing, secure].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  const port = (server: typeof refusing) => (server.address() as AddressInfo).port;
  mkdirSync(join(folder, 'ca'), { recursive: true });
  const ca = join(folder, 'ca', 'ca.pem');
  writeFileSync(ca, cert);
  const plain = `http://127.0.0.1:${port(refusing)}`;
  const tls = `https://127.0.0.1:${port(secure)}`;
  const password = { ORGSCOPE_STORE_USER: 'ana', ORGSCOPE_STORE_PASSWORD: 'hunter2' };
  const cases: [string[], Record<string, string>, RegExp, number][] = [
    [['--store', plain], password, /does not accept the user or password \(401\)/, 1],
    [['--store', plain.replace('//', '//ana:hunter2@')], {}, /does not accept the user or password \(401\)/, 1],
    [[], { ORGSCOPE_STORE: plain, ORGSCOPE_STORE_API_KEY: 'hunter2' }, /does not accept/, 1],
    [['--store', tls], password, /authority that is not known here.*--store-ca/, 1],
    [['--store', tls, '--store-ca', ca], password, /does not accept the user or password/, 1],
    [
      ['--store', tls, '--store-ca', join(folder, 'none.pem')],
      {},
      /none\.pem: The certificate authority is not there.*--store-ca/,
      1,
    ],
    [['--store', tls.replace('https', 'http')], {}, /https:\/\//, 1],
    [['--store', 'http://127.0.0.1:1'], {}, /can't be reached \(ECONNREFUSED\)/, 1],
    [['--store', 'opensearch'], {}, /"opensearch" is no store.*duckdb, or https/, 2],
    [['--store', 'ana:hunter2@host'], {}, /no store/, 2],
    [['--store', 'https://ana@host'], {}, /user and without a password/, 2],
    [['--store', plain], { ORGSCOPE_STORE_USER: 'ana' }, /only one is set/, 2],
    [['--store', plain, '--store-sigv4', 'Ireland'], {}, /no region/, 2],
  ];
  // All commands open the store in the same code, so each case is tested with one of them.
  const commands = [['status'], ['setup'], ['run', 'trails', '--source', trail]];
  const common = ['--lists', lists, '--data', join(folder, 'none')];
  const results = await Promise.all(
    cases.map(([args, env], index) => runCli([...(commands[index % commands.length] as string[]), ...args, ...common], env)),
  );
  for (const [index, result] of results.entries()) {
    const [args, , message, code] = cases[index] as (typeof cases)[number];
    assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
    assert.match(result.stderr, message);
    assert.equal(result.stderr.trim().split('\n').length, 1, result.stderr);
    assert.doesNotMatch(result.stderr + result.stdout, /hunter2/);
  }
  for (const server of [refusing, secure]) server.close();
});
