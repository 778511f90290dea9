import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeMappings } from '../../app/store-mappings.ts';
import type { Problem } from '../../core/problem.ts';
import type { Query } from '../../core/query.ts';
import { sendJson, startFakeEngine } from '../../tests/support/fake-engine.ts';
import { openElasticsearch } from './open-elasticsearch.ts';

const QUERY: Query = { type: 'rows', view: 'awscli-current', filter: { type: 'all' }, sort: [], limit: 1, offset: 0 };
const NOTHING = { hits: { total: { value: 0 }, hits: [] } };

/** The answer of a busy engine to a question, as a real one gave it in its first minute. */
const BUSY: readonly (readonly [number, object])[] = [
  [429, { error: { type: 'es_rejected_execution_exception', reason: 'rejected execution' }, status: 429 }],
  [503, { error: { type: 'search_phase_execution_exception', reason: 'all shards failed' }, status: 503 }],
  [503, { error: { type: 'search_phase_execution_exception', reason: 'Search rejected due to missing shards' }, status: 503 }],
];

/** An engine that refuses this many questions as busy, and then answers. */
async function busyFor(questions: number) {
  let asked = 0;
  const fake = await startFakeEngine('opensearch', (call, response) => {
    if (!call.includes('_search')) return false;
    const [status, body] = BUSY[asked % BUSY.length] as (typeof BUSY)[number];
    if (asked++ < questions) sendJson(response, body, status);
    else sendJson(response, NOTHING);
    return true;
  });
  const waits: (Problem | undefined)[] = [];
  const store = await openElasticsearch({
    nodes: [fake.url],
    mappings: storeMappings(),
    readOnly: true,
    random: () => 0,
    onWaiting: (problem) => void waits.push(problem),
  });
  assert.ok(store.patient);
  return { store, ask: store.patient.answer, waits, close: () => store.close().then(fake.close) };
}

test('a question of a run waits for a busy engine, and reports that it waits', async () => {
  const { ask, waits, close } = await busyFor(BUSY.length);
  assert.deepEqual(await ask(QUERY, new AbortController().signal), { type: 'rows', total: 0, hits: [] });
  assert.deepEqual(
    waits.map((problem) => problem?.message.match(/\((\d+): (.*)\)/)?.slice(1)),
    [['429', 'rejected execution'], ['503', 'all shards failed'], ['503', 'Search rejected due to missing shards'], undefined],
  );
  await close();
});

test('a question of a person fails at once', async () => {
  const { store, waits, close } = await busyFor(1);
  await assert.rejects(store.answer(QUERY), /is too busy for .*429/);
  assert.deepEqual(waits, []);
  assert.deepEqual(await store.answer(QUERY), { type: 'rows', total: 0, hits: [] });
  await close();
});

test('a run that stops ends its waiting', async () => {
  const { ask, close } = await busyFor(Number.POSITIVE_INFINITY);
  const aborter = new AbortController();
  setTimeout(() => aborter.abort(), 150);
  await assert.rejects(ask(QUERY, aborter.signal), { code: 'interrupted' });
  await close();
});

test('a question that the engine refuses as wrong is not repeated', async () => {
  let asked = 0;
  const fake = await startFakeEngine('opensearch', (call, response) => {
    if (!call.includes('_search')) return false;
    asked++;
    const failed = [{ reason: { type: 'query_shard_exception', reason: 'No mapping found for [orgscope.id]' } }];
    sendJson(
      response,
      { error: { type: 'search_phase_execution_exception', reason: 'all shards failed', failed_shards: failed } },
      400,
    );
    return true;
  });
  const store = await openElasticsearch({ nodes: [fake.url], mappings: storeMappings(), readOnly: true });
  assert.ok(store.patient);
  await assert.rejects(
    store.patient.answer(QUERY, new AbortController().signal),
    /all shards failed: No mapping found for \[orgscope\.id\]/,
  );
  assert.equal(asked, 1);
  await store.close();
  await fake.close();
});
