import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint, Delivery } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { Field } from '../../core/field.ts';
import { pagesOf } from '../../core/pages-of.ts';
import type { AggregateAnswer, AggregateQuery, Filter, Hit, IndexView, RowsAnswer } from '../../core/query.ts';
import { type JobReport, NO_JOB, type Store, type WriteResult } from '../../core/store.ts';
import { sweepKey } from '../../core/sweep.ts';
import { viewsWith } from './views-with.ts';

/** Tests of the behaviour of every store: `open` yields an empty store with these mappings. */

const FIELDS: readonly Field[] = [
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
export const SUITE_MAPPINGS = viewsWith(FIELDS);

const body = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

export const trailDocument = (id: string, fields: Record<string, unknown> = {}): Document => ({
  index: 'awscli-trail-2026.10.01',
  id,
  operation: 'create',
  body: body({ '@timestamp': '2026-10-01T10:00:00.000Z', event: { action: 'RunInstances' }, ...fields }),
});
export const currentDocument = (id: string, version: number, fields: Record<string, unknown> = {}): Document => ({
  index: 'awscli-current',
  id,
  operation: 'replace',
  version,
  body: body({ '@timestamp': new Date(version).toISOString(), ...fields }),
});
export async function writeDocuments(
  store: Store,
  documents: readonly Document[],
  sources: string[] = [],
  delivery?: Delivery,
): Promise<Omit<WriteResult, 'created'>> {
  // Only the embedded store counts created documents (runner/holdings.test.ts).
  const { created: _, ...result } = await store.write({
    documents,
    bytes: 0,
    sources: sources.map((key) => ({ pipeline: 'trails' as const, key, documents: 1 })),
    ...(delivery === undefined ? {} : { delivery }),
  });
  return result;
}

export async function rowsOf(store: Store, view: IndexView): Promise<readonly Hit[]> {
  const sort = [{ field: '_id', direction: 'asc' as const }];
  const answer = await store.answer({ type: 'rows', view, filter: { type: 'all' }, sort, limit: 1_000, offset: 0 });
  return (answer as RowsAnswer).hits;
}
const idsOf = async (store: Store, view: IndexView) => (await rowsOf(store, view)).map(({ _id }) => _id).join(' ');

const COUNTS = { documents: 0, dropped: 0, deadLetters: 0, retired: 0, bytes: 0 };
const TOTALS = { ...COUNTS, written: 0, jobs: 0, failedJobs: 0, skippedSources: 0 };

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

/** The count and the sum as a number, since engines sum doubles. */
async function total(store: Store): Promise<[number, number]> {
  const answer = (await store.answer({
    type: 'aggregate',
    view: 'awsbilling',
    filter: { type: 'all' },
    groups: [],
    metrics: [
      { name: 'n', op: 'count' },
      { name: 'sum', op: 'sum', field: 'cost' },
    ],
  })) as AggregateAnswer;
  const row = answer.rows[0];
  return [Number(row?.n), Math.round(Number(row?.sum ?? 0) * 1e9) / 1e9];
}

/** Declares a test that opens a new store. */
const testOf =
  (name: string, open: () => Promise<Store>, skip: string | false) => (title: string, work: (store: Store) => Promise<void>) =>
    test(`${name}: ${title}`, { skip }, async () => {
      const store = await open();
      try {
        await work(store);
      } finally {
        await store.close();
      }
    });

/** The behaviour of every store on writes, in the questions of sweeps, and in its ledger. */
export function writingSuite(name: string, open: () => Promise<Store>, skip: string | false = false): void {
  documentTests(name, open, skip);
  questionTests(name, open, skip);
  ledgerTests(name, open, skip);
}

function documentTests(name: string, open: () => Promise<Store>, skip: string | false): void {
  const it = testOf(name, open, skip);

  it('create: the first document of an id stays, within a batch and across batches', async (store) => {
    const documents = [trailDocument('a', { bytes: 1 }), trailDocument('a', { bytes: 2 }), trailDocument('b')];
    assert.deepEqual(await writeDocuments(store, documents, ['s3://x#1']), { written: 2, unchanged: 1, rejected: [] });
    const again = await writeDocuments(store, [trailDocument('a', { bytes: 3 }), trailDocument('c')]);
    assert.deepEqual(again, { written: 1, unchanged: 1, rejected: [] });
    assert.deepEqual(
      (await rowsOf(store, 'awscli-trail')).map(({ _id, _index, _source }) => [
        _id,
        _index,
        (_source as { bytes?: number }).bytes,
      ]),
      ['a', 'b', 'c'].map((id) => [id, 'awscli-trail-2026.10.01', id === 'a' ? 1 : undefined]),
    );
    assert.deepEqual(await store.ledger.known('trails', ['s3://x#1', 's3://y#1']), new Set(['s3://x#1']));
    assert.deepEqual(await store.ledger.known('s3', ['s3://x#1']), new Set());
  });

  it('a checkpoint is written with its documents, and never goes back', async (store) => {
    const reached = (key: string, at: number) => ({ pipeline: 'trails' as const, key, reached: at });
    const write = (documents: readonly Document[], ...checkpoints: Checkpoint[]) =>
      store.write({ documents, bytes: 0, sources: [], checkpoints });
    assert.equal(await store.ledger.checkpoint('trails', 'one'), undefined);
    await write([trailDocument('a')], reached('one', 1_000), reached('two', 5));
    assert.equal(await store.ledger.checkpoint('trails', 'one'), 1_000);
    assert.equal(await store.ledger.checkpoint('billing', 'one'), undefined);
    await write([], reached('one', 3_000), reached('one', 2_000));
    await write([trailDocument('b')], reached('one', 1_500));
    assert.equal(await store.ledger.checkpoint('trails', 'one'), 3_000);
    assert.equal(await idsOf(store, 'awscli-trail'), 'a b');
    const found: Checkpoint[] = [];
    for await (const page of pagesOf((after) => store.ledger.checkpoints(after, 1))) found.push(...page.checkpoints);
    assert.deepEqual(
      found.sort((a, b) => a.reached - b.reached),
      [reached('two', 5), reached('one', 3_000)],
    );
  });

  it('a document is read back as it was written', async (store) => {
    const given = {
      '@timestamp': '2026-10-01T10:00:00.000Z',
      orgscope: { sweep: 's' },
      'a.b': 1,
      raw: { 'c.d': [{ e: 1.5 }], f: '' },
    };
    await writeDocuments(store, [
      { ...trailDocument('a"\\\u00e9'), body: body(given) },
      { ...trailDocument('b'), body: body({}) },
    ]);
    const rows = await rowsOf(store, 'awscli-trail');
    assert.deepEqual(
      rows.map(({ _id, _source }) => [_id, _source]),
      [
        ['a"\\\u00e9', given],
        ['b', {}],
      ],
    );
  });

  it('replace: the highest version of a document stays, in any order of writes', async (store) => {
    await writeDocuments(store, [currentDocument('r', 2000, { bytes: 2 })]);
    const stalled = await writeDocuments(store, [currentDocument('r', 1000, { bytes: 1 }), currentDocument('q', 1000)]);
    assert.deepEqual([stalled.written, stalled.unchanged], [1, 1]);
    await writeDocuments(store, [currentDocument('r', 3000, { bytes: 3 }), currentDocument('r', 2500, { bytes: 9 })]);
    const rows = await rowsOf(store, 'awscli-current');
    assert.deepEqual(
      rows.map(({ _id, _source }) => [_id, (_source as { bytes?: number }).bytes]),
      [
        ['q', undefined],
        ['r', 3],
      ],
    );
  });

  it('retire removes the documents that a sweep did not see, and none of another sweep or of a newer version', async (store) => {
    const sweep = { account: '1', region: 'eu-west-1', kind: 'ec2-instance', scope: '', time: 2000 };
    const other = { ...sweep, region: 'us-east-1' };
    const of = (owner: typeof sweep) => ({ orgscope: { sweep: sweepKey(owner) } });
    await writeDocuments(store, [
      currentDocument('gone', 1000, of(sweep)),
      currentDocument('seen', 2000, of(sweep)),
      currentDocument('newer', 3000, of(sweep)),
      currentDocument('elsewhere', 1000, of(other)),
      { ...currentDocument('user', 1000, of(sweep)), index: 'awsusers-000001' },
    ]);
    assert.deepEqual(await store.retire([sweep]), [2]);
    assert.equal(await idsOf(store, 'awscli-current'), 'elsewhere newer seen');
    assert.equal(await idsOf(store, 'awsusers'), '');
    assert.deepEqual(
      await store.retire([
        { ...sweep, time: 4000 },
        { ...other, time: 500 },
      ]),
      [2, 0],
    );
    assert.equal(await idsOf(store, 'awscli-current'), 'elsewhere');
  });

  it('a body that is not JSON is refused with its reason; the rest of the batch is written', async (store) => {
    const broken = ['{"a":', '{"a":}', '{"a":"}', '{"a":{"b":1}', 'x'].map(
      (text, index): Document => ({ ...trailDocument(`broken-${index}`), body: Buffer.from(text) }),
    );
    const latin: Document = { ...trailDocument('latin'), body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) };
    const result = await writeDocuments(store, [trailDocument('a'), ...broken, trailDocument('b'), latin]);
    assert.equal(result.written, 2);
    assert.deepEqual(
      result.rejected.map(({ index }) => index),
      [1, 2, 3, 4, 5, 7],
    );
    for (const { reason } of result.rejected) assert.notEqual(reason, '');
    assert.equal(await idsOf(store, 'awscli-trail'), 'a b');
  });

  it('a delivery is seen only when published, replaces its report and month alone, and an older one is left out', async (store) => {
    const first = delivery('d1', 1);
    await store.beginDelivery(first);
    await writeDocuments(store, [line('1', '0.1'), line('2', '0.2')], [], first);
    assert.deepEqual(await total(store), [0, 0]);
    assert.equal(await store.ledger.delivery('r1', '2026-10'), undefined);
    assert.equal(await store.publishDelivery(first), true);
    assert.deepEqual(await total(store), [2, 0.3]);

    const payer = delivery('d1', 1, 'r2');
    await store.beginDelivery(payer);
    await writeDocuments(store, [line('p', '1')], [], payer);
    await store.publishDelivery(payer);

    const second = delivery('d2', 5);
    await store.beginDelivery(second);
    await writeDocuments(store, [line('3', '7')], [], second);
    await store.beginDelivery(second);
    await writeDocuments(store, [line('3', '7')], [], second);
    assert.equal(await store.publishDelivery(second), true);
    assert.deepEqual(await total(store), [2, 8]);

    const late = delivery('d0', 2);
    await store.beginDelivery(late);
    await writeDocuments(store, [line('9', '100')], [], late);
    assert.equal(await store.publishDelivery(late), false);
    assert.deepEqual(await total(store), [2, 8]);
    assert.deepEqual(await store.ledger.delivery('r1', '2026-10'), second);
    assert.equal(await store.ledger.delivery('r1', '2026-11'), undefined);
  });
}

function questionTests(name: string, open: () => Promise<Store>, skip: string | false): void {
  const it = testOf(name, open, skip);

  it('the questions of a sweep: documents by their values, groups by value and day, the latest time', async (store) => {
    const of = (account: string, tags: string | readonly string[] | null, day: string): Record<string, unknown> => ({
      cloud: { account: { id: account } },
      tags,
      '@timestamp': `2026-10-0${day}T10:00:00.000Z`,
    });
    await writeDocuments(store, [
      currentDocument('1', 1, of('a', ['x', 'y', 'x'], '1')),
      currentDocument('2', 1, of('a', 'y', '2')),
      currentDocument('3', 1, of('b', null, '2')),
    ]);
    const account = (value: string) => ({ type: 'term', field: 'cloud.account.id', value }) as const;
    const tagged = { type: 'exists', field: 'tags' } as const;
    const rows = { type: 'rows', view: 'awscli-current', sort: [{ field: '_id', direction: 'asc' }], offset: 0 } as const;
    const cases: readonly [Filter, string][] = [
      [account('a'), '1 2'],
      [{ type: 'terms', field: 'tags', values: ['x', 'z'] }, '1'],
      [tagged, '1 2'],
      [{ type: 'not', filter: tagged }, '3'],
      [{ type: 'and', filters: [account('a'), { type: 'terms', field: 'tags', values: ['y'] }] }, '1 2'],
      [{ type: 'term', field: 'cloud.account.id', value: 'c' }, ''],
    ];
    for (const [filter, ids] of cases) {
      const { hits, total } = (await store.answer({ ...rows, filter, limit: 5 })) as RowsAnswer;
      assert.equal(hits.map(({ _id }) => _id).join(' '), ids, JSON.stringify(filter));
      assert.equal(total, hits.length);
      const none = (await store.answer({ ...rows, filter, sort: [], limit: 0 })) as RowsAnswer;
      assert.deepEqual([none.total, none.hits], [total, []]);
    }

    const grouped = async (filter: Filter, groups: AggregateQuery['groups'], metrics: AggregateQuery['metrics']) =>
      ((await store.answer({ type: 'aggregate', view: 'awscli-current', filter, groups, metrics })) as AggregateAnswer).rows;
    const count = { name: 'n', op: 'count' } as const;
    const tags = (size: number) => ({ name: 'tag', by: 'terms', field: 'tags', size }) as const;
    const day = { name: 'day', by: 'time', field: '@timestamp', interval: 'day' } as const;
    const [first, second] = ['2026-10-01T00:00:00.000Z', '2026-10-02T00:00:00.000Z'];
    assert.deepEqual(await grouped({ type: 'all' }, [tags(5), day], [count]), [
      { tag: 'y', day: first, n: 1 },
      { tag: 'y', day: second, n: 1 },
      { tag: 'x', day: first, n: 1 },
    ]);
    assert.deepEqual(await grouped({ type: 'all' }, [tags(1)], [count]), [{ tag: 'y', n: 2 }]);
    assert.deepEqual(await grouped(account('c'), [tags(5)], [count]), []);
    const latest = { name: 'time', op: 'max', field: '@timestamp' } as const;
    assert.deepEqual(await grouped(account('a'), [], [latest]), [{ time: '2026-10-02T10:00:00.000Z' }]);
    assert.deepEqual(await grouped(account('c'), [], [latest]), [{ time: null }]);
  });
}

function ledgerTests(name: string, open: () => Promise<Store>, skip: string | false): void {
  const it = testOf(name, open, skip);

  it('the ledger keeps runs and jobs, and lists failed jobs first', async (store) => {
    const job = (id: string, account: string | undefined, state: JobReport['state']): JobReport => ({
      ...COUNTS,
      run: 'r',
      id,
      pipeline: 'inventory',
      ...(account === undefined ? {} : { account, kind: 'ec2-instance' }),
      state,
      started: '',
      ended: '',
      problems: [],
    });
    const jobs = [job('1', 'a', 'succeeded'), job('2', 'b', 'failed'), job('3', 'a', 'failed'), job('4', undefined, 'succeeded')];
    await store.ledger.saveJobs(jobs);
    const run = { id: 'r', pipelines: [], state: 'running' as const, started: '2026', problems: [], totals: TOTALS };
    await store.ledger.saveRun(run);
    await store.ledger.saveRun({ ...run, state: 'failed' });
    assert.deepEqual(await store.ledger.runs(5), [{ ...run, state: 'failed' }]);
    const found = await store.ledger.jobs('r', { limit: 10 });
    assert.deepEqual([found.total, found.jobs], [4, [jobs[2], jobs[1], jobs[0], jobs[3]]]);
    assert.deepEqual((await store.ledger.jobs('r', { limit: 1 })).jobs, [jobs[2]]);
    assert.equal((await store.ledger.jobs('r', { limit: 10, failedOnly: true })).total, 2);
    assert.deepEqual(await store.ledger.swept('r'), new Set(['1']));
  });

  it('the ledger lists reports with problems in pages; reports of no job are not listed as jobs', async (store) => {
    const problem = { code: 'denied', severity: 'failed', message: 'm', next: 'n', where: { region: 'eu-west-1' } } as const;
    const report = (id: string, more: Partial<JobReport> = {}): JobReport => ({
      ...COUNTS,
      run: 'r',
      id,
      pipeline: 'inventory',
      state: 'succeeded',
      started: '',
      ended: '',
      problems: [problem],
      ...more,
    });
    const reports = [
      report('1', { state: 'failed', account: 'a' }),
      report('2', { problems: [] }),
      report('3', { problems: [{ ...problem, severity: 'notice' }] }),
      report('4', { object: NO_JOB, state: 'failed' }),
      report('5', { run: 'other' }),
    ];
    await store.ledger.saveJobs(reports);
    const listed: JobReport[] = [];
    let pages = 0;
    for await (const page of pagesOf((after) => store.ledger.problemReports('r', after, 2))) {
      listed.push(...page.jobs);
      pages++;
    }
    assert.equal(pages, 2);
    const byId = listed.sort((a, b) => a.id.localeCompare(b.id));
    assert.deepEqual(
      byId,
      reports.filter(({ id }) => ['1', '3', '4'].includes(id)),
    );
    const { total, jobs } = await store.ledger.jobs('r', { limit: 10 });
    assert.deepEqual([total, jobs.map(({ id }) => id).sort()], [3, ['1', '2', '3']]);
  });
}

/** The behaviour of every store: writes, ledger, values that do not fit their field, and retention. */
export function storeSuite(name: string, open: () => Promise<Store>, skip: string | false = false): void {
  writingSuite(name, open, skip);
  const it = testOf(name, open, skip);

  it('a value that does not fit its field, or is too long for it, is read back, and its document is found by all other values', async (store) => {
    const long = 'v'.repeat(40_000);
    let deep: Record<string, unknown> = { end: 1 };
    for (let level = 0; level < 150; level++) deep = { deeper: deep };
    const cases: Record<string, Record<string, unknown>> = {
      'bad-array': { ok: [true, 'yes?'], bytes: [1, 'x'] },
      'bad-boolean': { ok: 'yes?', bytes: 'many', tags: ['x', 'y'], cost: '1E-10', raw: { deep: { er: [1] } } },
      'bad-object': { event: 'text', cloud: { account: ['text'] }, tags: [{ a: 1 }], raw: 'text' },
      'long-in-list': { raw: { list: [{ a: 'b' }, { c: long }], other: 'x' } },
      'long-key': { raw: { [long]: 'b' } },
      'long-keyword': { tags: [long, 'short'] },
      'long-multibyte': { raw: { text: '\u20ac'.repeat(12_000) } },
      'long-value': { raw: { text: long, in: { other: 'x', 'a.b': long } } },
      'odd-keys': { raw: { '': 1, '.': 2, 'a.': 3, ' ': 4, 'n\0l': 5, __proto__x: 6 } },
      deep: { raw: deep },
      numbers: { raw: { big: 1e21, small: 1e-7, text: long } },
    };
    const ids = Object.keys(cases).sort();
    const documents = ids.map((id) =>
      trailDocument(id, { ...cases[id], ...(id === 'bad-object' ? {} : { cloud: { account: { id: 'one' } } }) }),
    );
    const result = await writeDocuments(store, documents);
    assert.deepEqual(result, { written: ids.length, unchanged: 0, rejected: [] });
    const rows = await rowsOf(store, 'awscli-trail');
    assert.deepEqual(
      rows.map(({ _id }) => _id),
      ids,
    );
    for (const [index, { _source }] of rows.entries()) {
      assert.deepEqual(_source, JSON.parse(Buffer.from((documents[index] as Document).body).toString('utf8')), ids[index]);
    }
    const query = { type: 'rows', view: 'awscli-trail', sort: [], limit: 50, offset: 0 } as const;
    const byAccount = await store.answer({ ...query, filter: { type: 'term', field: 'cloud.account.id', value: 'one' } });
    assert.equal((byAccount as RowsAnswer).total, ids.length - 1, 'documents are found by their other fields');
    const byOther = await store.answer({ ...query, filter: { type: 'term', field: 'raw.in.other', value: 'x' } });
    assert.deepEqual(
      (byOther as RowsAnswer).hits.map(({ _id }) => _id),
      ['long-value'],
      'a document is found by the other values of a field that holds a long one',
    );
  });

  it('prune removes days and whole months before the cutoff, keeps the ledger and open deliveries, and only counts in a dry run', async (store) => {
    const event = (id: string, time: string): Document => ({
      ...trailDocument(id, { '@timestamp': time }),
      index: `awscli-trail-${time.slice(0, 10).replaceAll('-', '.')}`,
    });
    await writeDocuments(
      store,
      [event('old', '2026-09-30T23:59:59.999Z'), event('new', '2026-10-01T00:00:00.000Z')],
      ['s3://x#1'],
    );
    await writeDocuments(store, [{ ...trailDocument('timeless'), body: body({}) }, currentDocument('resource', 1)]);
    // The dataset that comes last has the oldest day: indices are compared by their day alone.
    const log = (dataset: string, time: string): Document => ({
      ...event(`${dataset} ${time}`, time),
      index: `awslogs-${dataset}-${time.slice(0, 10).replaceAll('-', '.')}`,
    });
    await writeDocuments(store, [log('a', '2026-10-02T00:00:00.000Z'), log('z', '2026-09-30T00:00:00.000Z')]);
    const load = async (month: string, publish: boolean, time: string) => {
      const made = { ...delivery(`d-${month}`, 1, `report-${publish}`), month };
      await store.beginDelivery(made);
      const index = `awsbilling-${month.replace('-', '.')}`;
      await writeDocuments(store, [{ ...line(month, '1'), index, body: body({ '@timestamp': time, cost: '1' }) }], [], made);
      if (publish) await store.publishDelivery(made);
      return made;
    };
    await load('2026-08', true, '2026-10-05T00:00:00.000Z');
    await load('2026-09', true, '2026-07-01T00:00:00.000Z');
    const loading = await load('2026-07', false, '2026-07-01T00:00:00.000Z');

    const cutoffs = [
      { view: 'awscli-trail', before: '2026-10-01' },
      { view: 'awsbilling', before: '2026-09-30' },
      { view: 'awslogs', before: '2026-10-01' },
    ] as const;
    const expected = {
      removed: [
        { documents: 1, oldest: '2026-09-30T23:59:59.999Z' },
        { documents: 1, oldest: '2026-10-05T00:00:00.000Z' },
        { documents: 1, oldest: '2026-09-30T00:00:00.000Z' },
      ],
      runs: 0,
    };
    const before = await store.counts();
    assert.deepEqual(await store.prune(cutoffs, { keptRuns: 1, dryRun: true }), expected);
    assert.deepEqual(await store.counts(), before);
    assert.deepEqual(await store.prune(cutoffs, { keptRuns: 1, dryRun: false }), expected);
    assert.deepEqual(await store.counts(), { ...before, 'awscli-trail': 2, awsbilling: 1, awslogs: 1 });
    assert.equal(await idsOf(store, 'awslogs'), 'a 2026-10-02T00:00:00.000Z');
    assert.equal(await idsOf(store, 'awsbilling'), '2026-09', 'by its month, not by its time');
    await store.publishDelivery(loading);
    assert.equal((await store.counts()).awsbilling, 2, 'a delivery that was not published yet keeps all its documents');
    assert.deepEqual(await store.ledger.known('trails', ['s3://x#1']), new Set(['s3://x#1']));
    const none = { removed: [{ documents: 0, oldest: null }], runs: 0 };
    assert.deepEqual(await store.prune(cutoffs.slice(0, 1), { keptRuns: 1, dryRun: false }), none);
  });

  it('prune refuses a view without time and a date that does not exist, and then removes nothing', async (store) => {
    await writeDocuments(store, [trailDocument('a'), currentDocument('resource', 1)]);
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
  });

  it('prune keeps the reports of the newest runs of each set of pipelines, and those of their jobs', async (store) => {
    const other = { pipelines: ['billing' as const], state: 'succeeded' as const, problems: [], totals: TOTALS };
    await store.ledger.saveRun({ ...other, id: '2025-9', started: '2025-9' });
    for (const id of ['2026-1', '2026-2', '2026-3']) {
      await store.ledger.saveRun({ id, pipelines: [], state: 'succeeded', started: id, problems: [], totals: TOTALS });
      const job = { ...COUNTS, run: id, id, pipeline: 'trails' as const, state: 'succeeded' as const };
      await store.ledger.saveJobs([{ ...job, started: '', ended: '', problems: [] }]);
    }
    assert.equal((await store.prune([], { keptRuns: 2, dryRun: true })).runs, 1);
    assert.equal((await store.prune([], { keptRuns: 2, dryRun: false })).runs, 1);
    assert.deepEqual(
      (await store.ledger.runs(5)).map(({ id }) => id),
      ['2026-3', '2026-2', '2025-9'],
    );
    assert.deepEqual(
      await Promise.all(['2026-1', '2026-2'].map(async (id) => (await store.ledger.jobs(id, { limit: 1 })).total)),
      [0, 1],
    );
  });
}
