import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Document } from '../../core/document.ts';
import type { Filter, RowsAnswer } from '../../core/query.ts';
import type { SqlStore } from '../../core/store.ts';
import { typedConditions } from '../../core/typed-filter.ts';
import { viewsWith } from '../../tests/support/views-with.ts';
import { connect } from './connect.ts';
import { openDuckdb } from './open-duckdb.ts';
import { narrowByTimes } from './value-times.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-times-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `${files++}.duckdb`);

const viewsOf = (indexed: boolean) =>
  viewsWith([
    { name: '@timestamp', type: 'date', description: '' },
    { name: 'orgscope.sweep', type: 'keyword', description: '' },
    { name: 'user.name', type: 'keyword', description: '' },
    { name: 'related.entity', type: 'keyword', array: true, description: '', ...(indexed ? { indexed: true as const } : {}) },
  ]);
const MAPPINGS = viewsOf(true);
const TRAIL = MAPPINGS.find(({ view }) => view === 'awscli-trail') as (typeof MAPPINGS)[number];

const event = (id: string, day: number, entity: unknown, time: unknown = `2026-10-0${day}T10:00:00.123456Z`): Document => ({
  index: `awscli-trail-2026.10.0${day}`,
  id,
  operation: 'create',
  body: Buffer.from(JSON.stringify({ '@timestamp': time, user: { name: `user ${id}` }, related: { entity } })),
});
const write = (store: SqlStore, documents: Document[]) => store.write({ documents, bytes: 0, sources: [] });
const question = (filter: Filter) => ({
  type: 'rows' as const,
  view: 'awscli-trail' as const,
  filter,
  sort: [{ field: '_id', direction: 'asc' as const }],
  limit: 10,
  offset: 0,
});
const ids = async (store: SqlStore, filter: Filter) =>
  ((await store.answer(question(filter))) as RowsAnswer).hits.map(({ _id }) => _id).join('');
const entity = (value: string): Filter => ({ type: 'term', field: 'related.entity', value });
const user = (id: string): Filter => ({ type: 'term', field: 'user.name', value: `user ${id}` });

async function times(path: string): Promise<unknown[]> {
  const connections = await connect({ path, memoryLimitMib: 64, threads: 1 });
  const rows = await connections.writer.runAndReadAll(
    'SELECT time::VARCHAR, count(*) FROM store.awscli_trail_times GROUP BY time ORDER BY time',
  );
  await connections.close();
  return rows.getRowsJson();
}

test('events are found by a value of the indexed list, alone and together with other conditions', async () => {
  const store = await openDuckdb({ path: newPath(), mappings: MAPPINGS });
  await write(store, [event('a', 1, ['i-1', 'i-2']), event('b', 2, 'i-1'), event('c', 3, ['i-3'])]);
  await write(store, [event('d', 3, ['i-1'])]);
  assert.equal(await ids(store, entity('i-1')), 'abd');
  assert.equal(await ids(store, entity('i-9')), '');
  assert.equal(await ids(store, { type: 'and', filters: [entity('i-1'), user('b')] }), 'b');
  assert.equal(await ids(store, { type: 'or', filters: [entity('i-2'), entity('i-3')] }), 'ac');
  assert.equal(await ids(store, { type: 'or', filters: [entity('i-2'), user('c')] }), 'ac');
  assert.equal(await ids(store, { type: 'not', filter: entity('i-1') }), 'c');
  await store.close();
});

test('an event without a readable time is found by its value all the same', async () => {
  const store = await openDuckdb({ path: newPath(), mappings: MAPPINGS });
  await write(store, [event('a', 1, ['i-1'], 'some time'), event('b', 2, ['i-1'])]);
  assert.equal(await ids(store, entity('i-1')), 'ab');
  await store.close();
});

test('the condition names the times of the value, and nothing where the filter does not require one', async () => {
  const path = newPath();
  const store = await openDuckdb({ path, mappings: MAPPINGS });
  await write(store, [event('a', 1, ['i-1']), event('b', 2, ['i-2'])]);
  await store.close();
  const connections = await connect({ path, memoryLimitMib: 64, threads: 1 });
  const narrowed = (filter: Filter) => narrowByTimes(connections.writer, TRAIL, typedConditions(TRAIL, question(filter)));
  const micro = Date.parse('2026-10-01T10:00:00.123Z') * 1000 + 456;
  assert.equal(await narrowed(entity('i-1')), `"@timestamp" IN (make_timestamp(${micro}))`);
  assert.equal(await narrowed(entity('i-9')), 'false');
  assert.equal(await narrowed({ type: 'not', filter: entity('i-1') }), '');
  assert.equal(await narrowed({ type: 'or', filters: [entity('i-1'), user('b')] }), '');
  await connections.close();
});

test('a document that is written again adds no time, and pruning removes the times of what it removes', async () => {
  const path = newPath();
  const store = await openDuckdb({ path, mappings: MAPPINGS });
  const documents = [event('a', 1, ['i-1', 'i-2']), event('b', 2, ['i-1'])];
  await write(store, documents);
  await write(store, documents);
  await store.prune([{ view: 'awscli-trail', before: '2026-10-02' }], { keptRuns: 1, dryRun: false });
  assert.equal(await ids(store, entity('i-1')), 'b');
  await store.close();
  assert.deepEqual(await times(path), [['2026-10-02 10:00:00.123456', '1']]);
});

test('a store without the times gets them when it is opened, and its version is raised so that an older orgscope refuses it', async () => {
  const path = newPath();
  const old = await openDuckdb({ path, mappings: viewsOf(false) });
  await write(old, [event('a', 1, ['i-1', 'i-2']), event('b', 2, ['i-1'])]);
  await old.close();
  const before = await connect({ path, memoryLimitMib: 64, threads: 1 });
  await before.writer.run("UPDATE store.meta SET text = '1' WHERE name = 'schema'");
  await before.close();
  const store = await openDuckdb({ path, mappings: MAPPINGS });
  assert.equal(await ids(store, entity('i-1')), 'ab');
  await write(store, [event('c', 3, ['i-1'])]);
  assert.equal(await ids(store, entity('i-1')), 'abc');
  await store.close();
  assert.equal((await times(path)).length, 3);
  const after = await connect({ path, memoryLimitMib: 64, threads: 1 });
  const version = await after.writer.runAndReadAll("SELECT text FROM store.meta WHERE name = 'schema'");
  assert.deepEqual(version.getRowsJson(), [['2']]);
  await after.close();
});
