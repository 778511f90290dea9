import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Delivery } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { Field, IndexMapping } from '../../core/field.ts';
import type { AggregateAnswer, Filter, IndexView, RowsAnswer } from '../../core/query.ts';
import type { JobReport, SqlStore } from '../../core/store.ts';
import { sweepKey } from '../../core/sweep.ts';
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
const mapping = (
  view: IndexView,
  partition: IndexMapping['partition'],
  timeField: string | null = '@timestamp',
): IndexMapping => ({
  view,
  pattern: view,
  excludes: [],
  partition,
  timeField,
  retentionDays: null,
  description: '',
  fields: FIELDS,
});
const MAPPINGS = [
  mapping('awscli', 'day'),
  mapping('awscli-current', 'none', null),
  mapping('awscli-trail', 'day'),
  mapping('awsbilling', 'month'),
  mapping('awsusers', 'none', null),
];

const open = (path = newPath(), mappings = MAPPINGS) => openDuckdb({ path, mappings });
const body = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const trail = (id: string, fields: Record<string, unknown> = {}): Document => ({
  index: 'awscli-trail-2026.10.01',
  id,
  operation: 'create',
  body: body({ '@timestamp': '2026-10-01T10:00:00.000Z', event: { action: 'RunInstances' }, ...fields }),
});
const current = (id: string, version: number, fields: Record<string, unknown> = {}): Document => ({
  index: 'awscli-current',
  id,
  operation: 'replace',
  version,
  body: body({ '@timestamp': new Date(version).toISOString(), ...fields }),
});
const write = (store: SqlStore, documents: Document[], sources: string[] = [], delivery?: Delivery) =>
  store.write({
    documents,
    bytes: 0,
    sources: sources.map((key) => ({ pipeline: 'trails' as const, key, documents: 1 })),
    ...(delivery === undefined ? {} : { delivery }),
  });
const rows = async (store: SqlStore, text: string) => (await store.sql(text)).rows;

test('create: the first one stays, within a batch and across batches', async () => {
  const store = await open();
  const first = await write(store, [trail('a', { bytes: 1 }), trail('a', { bytes: 2 }), trail('b')], ['s3://x#1']);
  assert.deepEqual(first, { written: 2, unchanged: 1, rejected: [] });
  const again = await write(store, [trail('a', { bytes: 3 }), trail('c')]);
  assert.deepEqual(again, { written: 1, unchanged: 1, rejected: [] });
  assert.deepEqual(await rows(store, 'SELECT _id, bytes FROM awscli_trail ORDER BY 1'), [
    { _id: 'a', bytes: '1' },
    { _id: 'b', bytes: null },
    { _id: 'c', bytes: null },
  ]);
  assert.deepEqual(await store.ledger.known('trails', ['s3://x#1', 's3://y#1']), new Set(['s3://x#1']));
  await store.close();
});

test('one value where a list may be is a list of one', async () => {
  const store = await open();
  await write(store, [trail('a', { tags: 'one' }), trail('b', { tags: ['one', 'two'] })]);
  assert.deepEqual(await rows(store, 'SELECT _id, len(tags) AS n FROM awscli_trail ORDER BY 1'), [
    { _id: 'a', n: '1' },
    { _id: 'b', n: '2' },
  ]);
  await store.close();
});

test('replace: the highest version stays, whatever the order', async () => {
  const store = await open();
  await write(store, [current('r', 2000, { bytes: 2 })]);
  const stalled = await write(store, [current('r', 1000, { bytes: 1 }), current('q', 1000)]);
  assert.deepEqual([stalled.written, stalled.unchanged], [1, 1]);
  await write(store, [current('r', 3000, { bytes: 3 }), current('r', 2500, { bytes: 9 })]);
  assert.deepEqual(await rows(store, "SELECT bytes FROM awscli_current WHERE _id = 'r'"), [{ bytes: '3' }]);
  await store.close();
});

test('retire removes what a sweep did not see, and nothing of another sweep or of a newer version', async () => {
  const store = await open();
  const sweep = { account: '1', region: 'eu-west-1', kind: 'ec2-instance', scope: '', time: 2000 };
  const other = { ...sweep, region: 'us-east-1' };
  const of = (owner: typeof sweep) => ({ orgscope: { sweep: sweepKey(owner) } });
  await write(store, [
    current('gone', 1000, of(sweep)),
    current('seen', 2000, of(sweep)),
    current('newer', 3000, of(sweep)),
    current('elsewhere', 1000, of(other)),
  ]);
  assert.deepEqual(await store.retire([sweep]), [1]);
  assert.deepEqual(
    (await rows(store, 'SELECT _id FROM awscli_current ORDER BY 1')).map(({ _id }) => _id),
    ['elsewhere', 'newer', 'seen'],
  );
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

test('a body that is no JSON is refused with its reason, the others are written', async () => {
  const store = await open();
  const broken: Document = { ...trail('broken'), body: Buffer.from('{"a":') };
  const latin: Document = { ...trail('latin'), body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) };
  const result = await write(store, [trail('a'), broken, trail('b'), latin]);
  assert.equal(result.written, 2);
  assert.deepEqual(
    result.rejected.map(({ index }) => index),
    [1, 3],
  );
  assert.match(result.rejected[0]?.reason ?? '', /not JSON/);
  await store.close();
});

const delivery = (name: string, modified: number, report = 'r1'): Delivery => ({
  report,
  month: '2026-10',
  delivery: name,
  modified,
});
const line = (id: string, cost: string): Document => ({
  index: 'awsbilling-2026.10',
  id,
  operation: 'create',
  body: body({ '@timestamp': '2026-10-02T00:00:00.000Z', cost }),
});
const total = async (store: SqlStore) => (await rows(store, 'SELECT sum(cost) AS sum, count(*) AS n FROM awsbilling'))[0];

test('a delivery is seen only when published, replaces its report and month alone, and an older one is left out', async () => {
  const store = await open();
  const first = delivery('d1', 1);
  await store.beginDelivery(first);
  await write(store, [line('1', '0.1'), line('2', '0.2')], [], first);
  assert.deepEqual(await total(store), { sum: null, n: '0' });
  assert.equal(await store.publishDelivery(first), true);
  assert.deepEqual(await total(store), { sum: '0.300000000000000000', n: '2' });

  const payer = delivery('d1', 1, 'r2');
  await store.beginDelivery(payer);
  await write(store, [line('p', '1')], [], payer);
  await store.publishDelivery(payer);

  const second = delivery('d2', 5);
  await store.beginDelivery(second);
  await write(store, [line('3', '7')], [], second);
  await store.beginDelivery(second);
  await write(store, [line('3', '7')], [], second);
  assert.equal(await store.publishDelivery(second), true);
  assert.deepEqual(await total(store), { sum: '8.000000000000000000', n: '2' });

  const late = delivery('d0', 2);
  await store.beginDelivery(late);
  await write(store, [line('9', '100')], [], late);
  assert.equal(await store.publishDelivery(late), false);
  assert.deepEqual(await total(store), { sum: '8.000000000000000000', n: '2' });
  assert.deepEqual(await store.ledger.delivery('r1', '2026-10'), second);
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

test('runs and jobs are kept; failed jobs come first', async () => {
  const store = await open();
  const counts = { documents: 0, dropped: 0, deadLetters: 0, retired: 0, bytes: 0 };
  const job = (id: string, account: string, state: JobReport['state']): JobReport => ({
    ...counts,
    run: 'r',
    id,
    pipeline: 'inventory',
    account,
    state,
    started: '',
    ended: '',
    problems: [],
  });
  await store.ledger.saveJobs([job('1', 'a', 'succeeded'), job('2', 'b', 'failed'), job('3', 'a', 'failed')]);
  const run = {
    id: 'r',
    pipelines: [],
    state: 'running' as const,
    started: '2026',
    problems: [],
    totals: { ...counts, written: 0, jobs: 0, failedJobs: 0, skippedSources: 0 },
  };
  await store.ledger.saveRun(run);
  await store.ledger.saveRun({ ...run, state: 'failed' });
  assert.deepEqual(
    (await store.ledger.runs(5)).map(({ state }) => state),
    ['failed'],
  );
  const { total, jobs } = await store.ledger.jobs('r', { limit: 10 });
  assert.deepEqual([total, jobs.map(({ id }) => id)], [3, ['3', '2', '1']]);
  assert.equal((await store.ledger.jobs('r', { limit: 10, failedOnly: true })).total, 2);
  await store.close();
});

test('prune removes days and whole months before the cutoff, keeps what is known, and counts alone where asked to', async () => {
  const store = await open();
  const event = (id: string, time: string): Document => ({
    ...trail(id, { '@timestamp': time }),
    index: `awscli-trail-${time.slice(0, 10).replaceAll('-', '.')}`,
  });
  await write(store, [event('old', '2026-09-30T23:59:59.999Z'), event('new', '2026-10-01T00:00:00.000Z')], ['s3://x#1']);
  await write(store, [{ ...trail('timeless'), body: body({}) }, current('resource', 1)]);
  const load = async (month: string, publish: boolean, time: string) => {
    const made = { ...delivery(`d-${month}`, 1, `report-${publish}`), month };
    await store.beginDelivery(made);
    const index = `awsbilling-${month.replace('-', '.')}`;
    await write(store, [{ ...line(month, '1'), index, body: body({ '@timestamp': time, cost: '1' }) }], [], made);
    if (publish) await store.publishDelivery(made);
    return made;
  };
  await load('2026-08', true, '2026-10-05T00:00:00.000Z');
  await load('2026-09', true, '2026-07-01T00:00:00.000Z');
  const loading = await load('2026-07', false, '2026-07-01T00:00:00.000Z');

  const cutoffs = [
    { view: 'awscli-trail', before: '2026-10-01' },
    { view: 'awsbilling', before: '2026-09-30' },
  ] as const;
  const expected = {
    removed: [
      { documents: 1, oldest: '2026-09-30T23:59:59.999Z' },
      { documents: 1, oldest: '2026-10-05T00:00:00.000Z' },
    ],
    runs: 0,
  };
  const before = await store.counts();
  assert.deepEqual(await store.prune(cutoffs, { keptRuns: 1, dryRun: true }), expected);
  assert.deepEqual(await store.counts(), before);
  assert.deepEqual(await store.prune(cutoffs, { keptRuns: 1, dryRun: false }), expected);
  assert.deepEqual(await store.counts(), { ...before, 'awscli-trail': 2, awsbilling: 1 });
  assert.deepEqual(await rows(store, 'SELECT _id FROM awsbilling'), [{ _id: '2026-09' }], 'by its month, not by its time');
  await store.publishDelivery(loading);
  assert.equal((await store.counts()).awsbilling, 2, 'a delivery under way is whole');
  assert.deepEqual(await store.ledger.known('trails', ['s3://x#1']), new Set(['s3://x#1']));
  const none = { removed: [{ documents: 0, oldest: null }], runs: 0 };
  assert.deepEqual(await store.prune(cutoffs.slice(0, 1), { keptRuns: 1, dryRun: false }), none);
  await store.close();
});

test('prune refuses what has no time and what is no day, and then removes nothing', async () => {
  const store = await open();
  await write(store, [trail('a'), current('resource', 1)]);
  for (const wrong of [
    { view: 'awscli-current', before: '2030-01-01' },
    { view: 'awscli', before: '2030-13-01' },
    { view: 'awscli', before: "2030-01-01' OR true --" },
  ] as const) {
    const cutoffs = [{ view: 'awscli-trail', before: '2030-01-01' } as const, wrong];
    await assert.rejects(store.prune(cutoffs, { keptRuns: 1, dryRun: false }), { code: 'usage' });
  }
  const counts = await store.counts();
  assert.deepEqual([counts['awscli-trail'], counts['awscli-current']], [1, 1]);
  await store.close();
});

test('prune keeps the reports of the newest runs, and those of their jobs', async () => {
  const store = await open();
  const counts = { documents: 0, dropped: 0, deadLetters: 0, retired: 0, bytes: 0 };
  const totals = { ...counts, written: 0, jobs: 0, failedJobs: 0, skippedSources: 0 };
  for (const id of ['2026-1', '2026-2', '2026-3']) {
    await store.ledger.saveRun({ id, pipelines: [], state: 'succeeded', started: id, problems: [], totals });
    const job = { ...counts, run: id, id, pipeline: 'trails' as const, state: 'succeeded' as const };
    await store.ledger.saveJobs([{ ...job, started: '', ended: '', problems: [] }]);
  }
  assert.equal((await store.prune([], { keptRuns: 2, dryRun: true })).runs, 1);
  assert.equal((await store.prune([], { keptRuns: 2, dryRun: false })).runs, 1);
  assert.deepEqual(
    (await store.ledger.runs(5)).map(({ id }) => id),
    ['2026-3', '2026-2'],
  );
  assert.deepEqual(
    await Promise.all(['2026-1', '2026-2'].map(async (id) => (await store.ledger.jobs(id, { limit: 1 })).total)),
    [0, 1],
  );
  await store.close();
});
