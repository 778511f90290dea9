import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeMappings } from '../app/store-mappings.ts';
import { parseExactJson } from '../core/exact-json.ts';
import type { Store } from '../core/store.ts';
import { openElasticsearch } from '../stores/elasticsearch/open-elasticsearch.ts';
import { useEngine } from './support/engine.ts';
import { FAULT_ROUNDS, faultPoints } from './support/fault-rounds.ts';
import { contentsOf, fillStore } from './support/fill-store.ts';
import { missing } from './support/needs.ts';
import { openTestStore } from './support/open-test-store.ts';
import { makeLists, runCli, spawnCli } from './support/run-cli.ts';

const FILLING = { start: new Date('2026-11-01T00:00:00Z'), days: 2, eventsPerDay: 4_000, resources: 40, lines: 20 };
const point = faultPoints();

const folder = mkdtempSync(join(tmpdir(), 'orgscope-copy-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const lists = makeLists();

/** All that a store holds. Stores escape characters of JSON differently, so documents are parsed and printed alike. */
async function contents(open: () => Promise<Store>) {
  const store = await open();
  const found = await contentsOf(store);
  await store.close();
  const documents = found.documents.map((line) => {
    const body = line.indexOf('{');
    return line.slice(0, body) + JSON.stringify(parseExactJson(line.slice(body)));
  });
  return { ...found, documents: documents.sort() };
}
const duckdb = (data: string) => () => openTestStore(join(data, 'orgscope.duckdb'));

/** Copies a store; the command is killed `FAULT_ROUNDS` times before it may end. */
async function copy(from: string, to: string, data: string) {
  const args = ['copy', '--from', from, '--to', to, '--data', data, '--lists', lists];
  for (let kill = 0; kill < FAULT_ROUNDS; kill++) {
    const child = spawnCli(args);
    // The command prints its first line when it begins to write.
    child.stderr?.once('data', async () => {
      await sleep(point(1_500));
      child.kill('SIGKILL');
    });
    await once(child, 'close');
  }
  const { code, stdout, stderr } = await runCli([...args, '--json']);
  assert.equal(code, 0, stderr + stdout);
  return JSON.parse(stdout) as { complete: boolean; short: object[]; refused: object[] };
}

for (const service of ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const) {
  const skip = missing(service);
  describe(`copies to ${service} and back`, { skip }, () => {
    const engine = skip === false ? useEngine(service) : { url: '' };
    const onEngine = () => openElasticsearch({ nodes: [engine.url], mappings: storeMappings(), readOnly: true });

    test('a store that is copied to an engine and back, by commands that are killed, holds the same as before', async () => {
      const [first, second] = [join(folder, `${service}-1`), join(folder, `${service}-2`)];
      mkdirSync(first);
      const store = await duckdb(first)();
      await fillStore(store, FILLING);
      await store.close();
      const before = await contents(duckdb(first));
      // The copy marks a run as interrupted that the source has as running, since its process has ended.
      const expected = {
        ...before,
        runs: before.runs.map((run) => (run.state === 'running' ? { ...run, state: 'interrupted' } : run)),
      };

      const there = await copy('duckdb', engine.url, first);
      assert.deepEqual([there.complete, there.short, there.refused], [true, [], []]);
      assert.deepEqual(await contents(onEngine), expected);
      const status = JSON.parse((await runCli(['status', '--store', engine.url, '--lists', lists, '--json'])).stdout);
      assert.deepEqual([status.info.sample, status.gaps, status.counts], [false, [], expected.counts]);

      const back = await copy(engine.url, 'duckdb', second);
      assert.deepEqual([back.complete, back.short, back.refused], [true, [], []]);
      assert.deepEqual(await contents(duckdb(second)), expected);
    });
  });
}

test('a copy of a store onto itself, or of a store that does not exist, is refused', async () => {
  const none = join(folder, 'none');
  const copying = (...args: string[]) => runCli(['copy', '--data', none, '--lists', lists, ...args]);
  const [same, nothing, half] = await Promise.all([
    copying('--from', 'duckdb', '--to', 'duckdb'),
    copying('--from', 'duckdb', '--to', 'http://127.0.0.1:1'),
    copying('--from', 'duckdb'),
  ]);
  assert.deepEqual([same.code, nothing.code, half.code], [2, 1, 2]);
  assert.match(same.stderr, /both source and target/);
  assert.match(nothing.stderr, /orgscope\.duckdb is not there.*--data/);
  assert.match(half.stderr, /--to/);
});
