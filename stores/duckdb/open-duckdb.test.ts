import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { Delivery } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { Field } from '../../core/field.ts';
import type { AggregateAnswer, Filter, RowsAnswer } from '../../core/query.ts';
import type { SqlStore } from '../../core/store.ts';
import { withAllRows } from '../../tests/support/open-test-store.ts';
import { SUITE_MAPPINGS, storeSuite } from '../../tests/support/store-suite.ts';
import { viewsWith } from '../../tests/support/views-with.ts';
import { openDuckdb } from './open-duckdb.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-duckdb-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `store-${files++}`, 'orgscope.duckdb');

const FIELDS: Field[] = [
  { name: '@timestamp', type: 'date', description: '' },
  { name: 'event.action', type: 'keyword', description: '' },
  { name: 'cloud.account.id', type: 'keyword', description: '' },
  { name: 'tags', type: 'keyword', array: true, description: '' },
  { name: 'bytes', type: 'long', description: '' },
  { name: 'cost', type: 'decimal', description: '' },
  { name: 'ok', type: 'boolean', description: '' },
  { name: 'raw', type: 'flattened', description: '' },
  { name: 'orgscope.sweep', type: 'keyword', description: '' },
];
const MAPPINGS = viewsWith(FIELDS);

const open = (path = newPath(), mappings = MAPPINGS) => openDuckdb({ path, mappings });
const body = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const trail = (id: string, fields: Record<string, unknown> = {}): Document => ({
  index: 'awscli-trail-2026.10.01',
  id,
  operation: 'create',
  body: body({ '@timestamp': '2026-10-01T10:00:00.000Z', event: { action: 'RunInstances' }, ...fields }),
});
const write = (store: SqlStore, documents: Document[], sources: string[] = [], delivery?: Delivery) =>
  store.write({
    documents,
    bytes: 0,
    sources: sources.map((key) => ({ pipeline: 'trails' as const, key, documents: 1 })),
    ...(delivery === undefined ? {} : { delivery }),
  });
const rows = async (store: SqlStore, text: string) => (await withAllRows(store).sql(text)).rows;

storeSuite('DuckDB', () => open(newPath(), [...SUITE_MAPPINGS]));

test('each batch of a view with datasets fills exactly the columns that its documents have values for', async () => {
  const fields: Field[] = [
    ...FIELDS,
    { name: 'items.name', type: 'keyword', array: true, within: 'items', description: '' },
    { name: 'object.key', type: 'keyword', description: '' },
    { name: 'object.size', type: 'long', description: '' },
  ];
  const store = await open(newPath(), viewsWith(fields));
  const log = (dataset: string, id: string, values: object, names?: readonly string[]): Document => ({
    index: `awslogs-${dataset}-2026.10.01`,
    id,
    operation: 'create',
    body: body({ '@timestamp': '2026-10-01T10:00:00.000Z', ...values }),
    ...(names && { fields: new Set(['@timestamp', ...names]) }),
  });
  await write(store, [log('a', '1', { bytes: 7 }, ['bytes'])]);
  // One document announces its fields, with an object as a whole, and the other does not.
  await write(store, [
    log('a', '2', { object: { key: 'k', size: 1 } }, ['object', 'cost']),
    log('b', '3', { items: [{ name: 'x' }, { name: 'y' }], tags: ['t'], event: { action: null } }),
  ]);
  await write(store, [log('b', '4', { cloud: { account: { id: '1' } } }), { ...log('b', '5', {}), body: Buffer.from('{no') }]);
  const read = await rows(
    store,
    'SELECT _id, bytes, "object.key" AS key, "object.size" AS size, "items.name" AS names, tags, "cloud.account.id" AS account FROM awslogs ORDER BY 1',
  );
  const empty = { bytes: null, key: null, size: null, names: null, tags: null, account: null };
  assert.deepEqual(read, [
    { ...empty, _id: '1', bytes: '7' },
    { ...empty, _id: '2', key: 'k', size: '1' },
    { ...empty, _id: '3', names: ['x', 'y'], tags: ['t'] },
    { ...empty, _id: '4', account: '1' },
  ]);
  await store.close();
});

test('what a killed process left in the folder for large questions is removed when the store is opened, and the folder when it is closed', async () => {
  const path = newPath();
  await (await open(path)).close();
  const left = `${path}.tmp/1-killed/duckdb_temp_storage_DEFAULT-0.tmp`;
  mkdirSync(dirname(left), { recursive: true });
  writeFileSync(left, 'left');
  const store = await open(path);
  assert.equal(existsSync(left), false);
  await store.close();
  assert.equal(existsSync(`${path}.tmp`), false);
});

test('one value of a field with lists is stored as a list of one', async () => {
  const store = await open();
  await write(store, [trail('a', { tags: 'one' }), trail('b', { tags: ['one', 'two'] })]);
  assert.deepEqual(await rows(store, 'SELECT _id, len(tags) AS n FROM awscli_trail ORDER BY 1'), [
    { _id: 'a', n: '1' },
    { _id: 'b', n: '2' },
  ]);
  await store.close();
});

test('a value that does not fit its field is null in the column and kept in the document', async () => {
  const store = await open();
  await write(store, [trail('a', { bytes: 'many', ok: 'yes?', tags: ['x', 'y'], cost: '1E-10', raw: { deep: { er: [1] } } })]);
  assert.deepEqual(await rows(store, "SELECT bytes, ok, tags, cost, document->>'bytes' AS kept FROM awscli_trail"), [
    { bytes: null, ok: null, tags: ['x', 'y'], cost: '0.000000000100000000', kept: 'many' },
  ]);
  await store.close();
});

const ALL: Filter = { type: 'all' };

async function searchable(): Promise<SqlStore> {
  const store = await open();
  await write(store, [
    trail('1', {
      cloud: { account: { id: 'a' } },
      tags: ['x', 'y', 'x'],
      bytes: 10,
      ok: true,
      cost: '0.1',
      raw: { list: ['p', 'q'], n: 5 },
    }),
    trail('2', {
      cloud: { account: { id: 'a' } },
      tags: ['y'],
      bytes: 20,
      ok: false,
      cost: '0.2',
      event: { action: 'StopInstances' },
    }),
    trail('3', {
      cloud: { account: { id: 'b' } },
      bytes: 5,
      cost: '0.000000000000000001',
      '@timestamp': '2026-10-01T23:59:59.999Z',
    }),
  ]);
  return store;
}

test('filters: each kind of test, on columns, arrays and paths without a mapping', async () => {
  const store = await searchable();
  const ids = async (filter: Filter) => {
    const answer = (await store.answer({
      type: 'rows',
      view: 'awscli-trail',
      filter,
      sort: [{ field: '_id', direction: 'asc' }],
      limit: 10,
      offset: 0,
    })) as RowsAnswer;
    return answer.hits.map(({ _id }) => _id).join('');
  };
  assert.equal(await ids(ALL), '123');
  assert.equal(await ids({ type: 'term', field: 'cloud.account.id', value: 'a' }), '12');
  assert.equal(await ids({ type: 'term', field: 'tags', value: 'x' }), '1');
  assert.equal(await ids({ type: 'term', field: 'bytes', value: '20' }), '2');
  assert.equal(await ids({ type: 'term', field: 'ok', value: 'true' }), '1');
  assert.equal(await ids({ type: 'not', filter: { type: 'term', field: 'tags', value: 'y' } }), '3');
  assert.equal(await ids({ type: 'terms', field: 'bytes', values: [5, 10] }), '13');
  assert.equal(await ids({ type: 'prefix', field: 'event.action', value: 'Stop' }), '2');
  assert.equal(await ids({ type: 'exists', field: 'tags' }), '12');
  assert.equal(await ids({ type: 'exists', field: 'raw' }), '1');
  assert.equal(await ids({ type: 'term', field: 'raw.list', value: 'q' }), '1');
  assert.equal(await ids({ type: 'range', field: 'raw.n', gte: 5 }), '1');
  assert.equal(await ids({ type: 'range', field: 'bytes', gt: 5, lte: 20 }), '12');
  assert.equal(await ids({ type: 'range', field: '@timestamp', gte: '2026-10-01T12:00:00Z' }), '3');
  assert.equal(await ids({ type: 'text', value: 'stopINST' }), '2');
  assert.equal(await ids({ type: 'term', field: '_index', value: 'awscli-trail-2026.10.01' }), '123');
  assert.equal(await ids({ type: 'term', field: 'o\'brien".x', value: "'; DROP TABLE store.meta; --" }), '');
  assert.equal(
    await ids({
      type: 'or',
      filters: [
        { type: 'term', field: 'bytes', value: 5 },
        { type: 'and', filters: [{ type: 'term', field: 'bytes', value: 10 }, ALL] },
      ],
    }),
    '13',
  );
  await store.close();
});

test('aggregates: exact sums as text, arrays once per element, best groups per parent, buckets in UTC', async () => {
  const store = await searchable();
  const ask = async (groups: Parameters<typeof aggregate>[0], metrics: Parameters<typeof aggregate>[1]) =>
    ((await store.answer(aggregate(groups, metrics))) as AggregateAnswer).rows;
  assert.deepEqual(
    await ask(
      [],
      [
        { name: 'n', op: 'count' },
        { name: 'sum', op: 'sum', field: 'cost' },
        { name: 'accounts', op: 'distinct', field: 'cloud.account.id' },
      ],
    ),
    [{ n: 3, sum: '0.300000000000000001', accounts: 2 }],
  );
  assert.deepEqual(await ask([{ name: 'tag', by: 'terms', field: 'tags', size: 5 }], [{ name: 'n', op: 'count' }]), [
    { tag: 'y', n: 2 },
    { tag: 'x', n: 1 },
  ]);
  assert.deepEqual(
    await ask(
      [
        { name: 'account', by: 'terms', field: 'cloud.account.id', size: 2, order: { by: 'bytes', direction: 'asc' } },
        { name: 'action', by: 'terms', field: 'event.action', size: 1, order: { by: 'bytes', direction: 'desc' } },
      ],
      [{ name: 'bytes', op: 'sum', field: 'bytes' }],
    ),
    [
      { account: 'b', action: 'RunInstances', bytes: 5 },
      { account: 'a', action: 'StopInstances', bytes: 20 },
    ],
  );
  assert.deepEqual(
    await ask([{ name: 'hour', by: 'time', field: '@timestamp', interval: 'hour' }], [{ name: 'n', op: 'count' }]),
    [
      { hour: '2026-10-01T10:00:00.000Z', n: 2 },
      { hour: '2026-10-01T23:00:00.000Z', n: 1 },
    ],
  );
  await store.close();
});

test('aggregates: buckets of minutes and of any seconds, percentiles by nearest rank, the value of the latest document', async () => {
  const store = await searchable();
  const ask = async (groups: Parameters<typeof aggregate>[0], metrics: Parameters<typeof aggregate>[1]) =>
    ((await store.answer(aggregate(groups, metrics))) as AggregateAnswer).rows;
  const count = { name: 'n', op: 'count' } as const;
  for (const interval of ['minute', { seconds: 5 * 60 }, { seconds: 7 }] as const) {
    const rows = await ask([{ name: 'time', by: 'time', field: '@timestamp', interval }], [count]);
    const seconds = interval === 'minute' ? 60 : interval.seconds;
    assert.equal(
      rows.reduce((sum, { n }) => sum + Number(n), 0),
      3,
    );
    for (const { time } of rows) assert.equal((Date.parse(String(time)) / 1000) % seconds, 0);
  }
  const numbers = [
    { name: 'median', op: 'percentile', field: 'bytes', percent: 50 },
    { name: 'most', op: 'percentile', field: 'bytes', percent: 99.9 },
    { name: 'last', op: 'last', field: 'bytes', over: '@timestamp' },
  ] as const;
  assert.deepEqual(await ask([], numbers), [{ median: 10, most: 20, last: 5 }]);
  await assert.rejects(ask([], [{ name: 'p', op: 'percentile', field: 'event.action', percent: 50 }]), { code: 'usage' });
  await assert.rejects(ask([], [{ name: 'p', op: 'percentile', field: 'bytes', percent: 0 }]), {
    message: '0 is no percentile.',
  });
  await assert.rejects(ask([{ name: 'time', by: 'time', field: '@timestamp', interval: { seconds: 0.5 } }], [count]), {
    message: '{"seconds":0.5} is no interval.',
  });
  await store.close();
});

function aggregate(
  groups: Extract<Parameters<SqlStore['answer']>[0], { type: 'aggregate' }>['groups'],
  metrics: Extract<Parameters<SqlStore['answer']>[0], { type: 'aggregate' }>['metrics'],
) {
  return { type: 'aggregate' as const, view: 'awscli-trail' as const, filter: ALL, groups, metrics };
}

test('SQL only reads, one statement, and reaches no file', async () => {
  const store = await searchable();
  for (const text of [
    'DELETE FROM store.awscli_trail',
    'SELECT 1; SELECT 2',
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "COPY (SELECT 1) TO '/tmp/orgscope-copy'",
    "ATTACH '/tmp/orgscope-other.duckdb'",
    'SET enable_external_access = true',
    "SELECT getenv('HOME')",
    'INSTALL httpfs',
    'SELEKT',
  ]) {
    await assert.rejects(store.sql(text), (error: { code?: string }) => error.code === 'usage', text);
  }
  assert.deepEqual(await rows(store, 'SELECT count(*) AS n FROM awscli_trail'), [{ n: '3' }]);
  await store.close();
});

test('a store whose file or folder is gone is not ready, and refuses writes with a message that says so', async () => {
  for (const remove of [(path: string) => rmSync(path), (path: string) => renameSync(dirname(path), `${dirname(path)}-away`)]) {
    const path = newPath();
    const store = await open(path);
    await write(store, [trail('1')]);
    await store.ready();
    remove(path);
    const gone = { code: 'missing', message: /file of the store is gone/ };
    await assert.rejects(store.ready(), gone);
    await assert.rejects(write(store, [trail('2')]), gone);
    await store.close();
  }
  const path = newPath();
  const store = await open(path);
  rmSync(path);
  writeFileSync(path, 'another one');
  await assert.rejects(store.ready(), { code: 'missing' });
  await store.close();
});

test('a changed mapping copies the table into its new shape', async () => {
  const path = newPath();
  const store = await open(path);
  await write(store, [trail('1', { extra: { word: 'here' }, bytes: 7 })]);
  await store.close();
  const wider = MAPPINGS.map((one) => ({
    ...one,
    fields: [...one.fields, { name: 'extra.word', type: 'keyword' as const, description: '' }],
  }));
  const reopened = await open(path, wider);
  assert.deepEqual(await rows(reopened, 'SELECT _id, "extra.word", bytes FROM awscli_trail'), [
    { _id: '1', 'extra.word': 'here', bytes: '7' },
  ]);
  await reopened.close();
});

test('a document that is too large for the memory limit is refused alone; all other documents of its batch are written', async () => {
  const store = await openDuckdb({ path: newPath(), mappings: MAPPINGS, memoryLimitMib: 24 });
  const large = trail('large', { raw: { text: 'x'.repeat(8 * 1024 * 1024) } });
  const documents = [trail('a'), trail('b'), large, trail('c')];
  const { written, rejected } = await write(store, documents, ['file:///a#1']);
  assert.deepEqual([written, rejected.map(({ index }) => index)], [3, [2]]);
  assert.match(rejected[0]?.reason ?? '', /too large for the store's memory \(8,/);
  assert.deepEqual([...(await store.ledger.known('trails', ['file:///a#1']))], ['file:///a#1']);
  // The whole batch exceeds the memory limit, and none of its documents does by itself.
  const many = Array.from({ length: 16 }, (_, number) => trail(`m${number}`, { raw: { text: 'y'.repeat(768 * 1024) } }));
  const second = await write(store, many, ['file:///b#1']);
  assert.deepEqual([second.written, second.rejected], [16, []]);
  assert.equal((await write(store, many)).unchanged, 16);
  await store.close();
});
