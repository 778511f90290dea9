import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Document } from '../../core/document.ts';
import type { Filter, RowsAnswer } from '../../core/query.ts';
import type { SqlStore } from '../../core/store.ts';
import { sweepKey } from '../../core/sweep.ts';
import { typedConditions } from '../../core/typed-filter.ts';
import { viewsWith } from '../../tests/support/views-with.ts';
import { connect } from './connect.ts';
import { openDuckdb } from './open-duckdb.ts';
import { SCHEMA_VERSION } from './prepare-schema.ts';
import { narrowByIndex } from './value-index.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-times-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `${files++}.duckdb`);

const MAPPINGS = viewsWith([
  { name: '@timestamp', type: 'date', description: '' },
  { name: 'orgscope.sweep', type: 'keyword', description: '' },
  { name: 'user.name', type: 'keyword', description: '' },
  { name: 'resource.id', type: 'keyword', description: '' },
  { name: 'related.entity', type: 'keyword', array: true, description: '' },
]);
const NOT_INDEXED = MAPPINGS.map((mapping) => ({ ...mapping, indexed: [] }));
const viewOf = (name: string) => MAPPINGS.find(({ view }) => view === name) as (typeof MAPPINGS)[number];
const TRAIL = viewOf('awscli-trail');
const CURRENT = viewOf('awscli-current');

const event = (id: string, day: number, entity: unknown, time: unknown = `2026-10-0${day}T10:00:00.123456Z`): Document => ({
  index: `awscli-trail-2026.10.0${day}`,
  id,
  operation: 'create',
  body: Buffer.from(JSON.stringify({ '@timestamp': time, user: { name: `user ${id}` }, related: { entity } })),
});
const write = (store: SqlStore, documents: Document[]) => store.write({ documents, bytes: 0, sources: [] });
const SWEEP = { account: '1', region: 'eu-west-1', kind: 'ec2-instance', scope: '', time: 2_000 };
const resource = (id: string, version: number, entity: unknown): Document => ({
  index: 'awscli-current',
  id,
  operation: 'replace',
  version,
  body: Buffer.from(JSON.stringify({ resource: { id }, orgscope: { sweep: sweepKey(SWEEP) }, related: { entity } })),
});
const question = (filter: Filter, view: 'awscli-trail' | 'awscli-current' = 'awscli-trail') => ({
  type: 'rows' as const,
  view,
  filter,
  sort: [{ field: '_id', direction: 'asc' as const }],
  limit: 10,
  offset: 0,
});
const ids = async (store: SqlStore, filter: Filter, view?: 'awscli-current') =>
  ((await store.answer(question(filter, view))) as RowsAnswer).hits.map(({ _id }) => _id).join('');
const entity = (value: string): Filter => ({ type: 'term', field: 'related.entity', value });
const user = (id: string): Filter => ({ type: 'term', field: 'user.name', value: `user ${id}` });

async function inFile(path: string, sql: string): Promise<unknown[]> {
  const connections = await connect({ path, memoryLimitMib: 64, threads: 1 });
  const rows = await connections.writer.runAndReadAll(sql);
  await connections.close();
  return rows.getRowsJson();
}
const times = (path: string) =>
  inFile(path, 'SELECT time::VARCHAR, count(*) FROM store.awscli_trail_times GROUP BY time ORDER BY time');
/** The values of each resource by the index: how many there are, and whether they lead to a row that is there. */
const rows = (path: string) =>
  inFile(
    path,
    `SELECT _id, count(*) FROM store.awscli_current_rows LEFT JOIN store.awscli_current ON _row = number GROUP BY _id ORDER BY _id`,
  );

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
  const narrowed = (filter: Filter) => narrowByIndex(connections.writer, TRAIL, typedConditions(TRAIL, question(filter)));
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

test('resources are found by any of the indexed fields, and not by what they named before', async () => {
  const path = newPath();
  const store = await openDuckdb({ path, mappings: MAPPINGS });
  await write(store, [resource('a', 1_000, ['a', 'vpc-1']), resource('b', 1_000, ['vpc-1', 'vpc-2'])]);
  await write(store, [resource('c', 1_000, []), resource('a', 2_000, ['vpc-2'])]);
  const stalled = resource('b', 500, ['vpc-3']);
  await write(store, [stalled]);
  const found = (filter: Filter) => ids(store, filter, 'awscli-current');
  assert.equal(await found(entity('vpc-1')), 'b');
  assert.equal(await found(entity('vpc-2')), 'ab');
  assert.equal(await found(entity('vpc-3')), '');
  assert.equal(await found({ type: 'term', field: 'resource.id', value: 'c' }), 'c');
  assert.equal(await found({ type: 'or', filters: [entity('vpc-1'), { type: 'term', field: 'resource.id', value: 'c' }] }), 'bc');
  assert.deepEqual(await store.retire([SWEEP]), [2]);
  assert.equal(await found(entity('vpc-2')), 'a');
  await store.close();
  assert.deepEqual(await rows(path), [['a', '2']]);
});

test('the condition names the rows of a value', async () => {
  const path = newPath();
  const store = await openDuckdb({ path, mappings: MAPPINGS });
  await write(store, [resource('a', 1, ['vpc-1']), resource('b', 1, ['vpc-2']), resource('c', 1, ['vpc-2'])]);
  await write(store, [resource('a', 2, ['vpc-1'])]);
  await store.close();
  const connections = await connect({ path, memoryLimitMib: 64, threads: 1 });
  const narrowed = (filter: Filter) =>
    narrowByIndex(connections.writer, CURRENT, typedConditions(CURRENT, question(filter, 'awscli-current')));
  assert.equal(await narrowed(entity('vpc-1')), '_row IN (4)');
  assert.equal(await narrowed({ type: 'term', field: 'resource.arn', value: 'vpc-1' }), 'false');
  assert.equal(await narrowed({ type: 'exists', field: 'related.entity' }), '');
  await connections.close();
});

test('a store without the index gets it when it is opened, and its version is raised so that an older orgscope refuses it', async () => {
  const path = newPath();
  const old = await openDuckdb({ path, mappings: NOT_INDEXED });
  await write(old, [event('a', 1, ['i-1', 'i-2']), event('b', 2, ['i-1'])]);
  await write(old, [resource('r', 1_000, ['i-1']), resource('s', 1_000, ['i-1'])]);
  await old.close();
  await inFile(path, "UPDATE store.meta SET text = '2' WHERE name = 'schema'");
  const store = await openDuckdb({ path, mappings: MAPPINGS });
  assert.equal(await ids(store, entity('i-1')), 'ab');
  assert.equal(await ids(store, entity('i-1'), 'awscli-current'), 'rs');
  await write(store, [event('c', 3, ['i-1'])]);
  await write(store, [resource('s', 2_000, ['i-2']), resource('t', 2_000, ['i-1'])]);
  assert.equal(await ids(store, entity('i-1')), 'abc');
  assert.equal(await ids(store, entity('i-1'), 'awscli-current'), 'rt');
  await store.close();
  assert.equal((await times(path)).length, 3);
  assert.deepEqual(await rows(path), [
    ['r', '2'],
    ['s', '2'],
    ['t', '2'],
  ]);
  assert.deepEqual(await inFile(path, "SELECT text FROM store.meta WHERE name = 'schema'"), [[String(SCHEMA_VERSION)]]);
});
