import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Delivery } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { Field } from '../../core/field.ts';
import { parseLucene } from '../../core/parse-lucene.ts';
import type { IndexView, Query, RowsAnswer } from '../../core/query.ts';
import type { Store } from '../../core/store.ts';
import { useEngine } from '../../tests/support/engine.ts';
import { missing } from '../../tests/support/needs.ts';
import { FIELDS, randomQuestions } from '../../tests/support/random-questions.ts';
import { assertSameAnswer } from '../../tests/support/same-answer.ts';
import { seeded } from '../../tests/support/seeded.ts';
import { viewsWith } from '../../tests/support/views-with.ts';
import { openDuckdb } from '../duckdb/open-duckdb.ts';
import { openElasticsearch } from './open-elasticsearch.ts';

const VIEWS: readonly IndexView[] = ['awscli', 'awscli-trail', 'awscli-current', 'awsbilling'];
const DURATION: Field = { name: 'duration', type: 'double', description: '' };
const MAPPINGS = viewsWith([...FIELDS, DURATION]).filter(({ view }) => VIEWS.includes(view));
const DOCUMENTS = 150;
/** Another SEED and more QUESTIONS search for further differences. */
const QUESTIONS = Number(process.env.QUESTIONS ?? 150);
const SEED = Number(process.env.SEED ?? 7);
/** More than an engine returns by an offset. */
const MANY = 10_300;

const { document } = randomQuestions(seeded(11));
const some = (view: IndexView) => Array.from({ length: DOCUMENTS }, (_, number) => document(view, number));
const delivery: Delivery = { report: 'payer/report', month: '2026-11', delivery: 'one', modified: 1 };
const bill = some('awsbilling');
const batches = [
  ...VIEWS.filter((view) => view !== 'awsbilling').map((view) => ({ documents: some(view), bytes: 0, sources: [] })),
  { documents: bill.slice(0, 100), bytes: 0, sources: [], delivery },
  { documents: bill.slice(100), bytes: 0, sources: [], delivery: { ...delivery, report: 'another/report' } },
];

async function load(store: Store): Promise<void> {
  for (const batch of batches) {
    if ('delivery' in batch) await store.beginDelivery(batch.delivery);
    const { rejected } = await store.write(batch);
    assert.deepEqual(rejected, []);
    if ('delivery' in batch) await store.publishDelivery(batch.delivery);
  }
}

const SERVICES = [
  ['OPENSEARCH_URL', 'OpenSearch'],
  ['ELASTICSEARCH_URL', 'Elasticsearch'],
] as const;

for (const [service, name] of SERVICES) {
  const skip = missing(service);
  describe(`questions to ${name}`, { skip }, () => {
    if (skip !== false) return;
    const { url } = useEngine(service);
    let engine: Store;
    let duckdb: Store;

    before(async () => {
      [engine, duckdb] = await Promise.all([
        openElasticsearch({ nodes: [url], mappings: MAPPINGS }),
        openDuckdb({ path: ':memory:', mappings: MAPPINGS }),
      ]);
      await Promise.all([load(engine), load(duckdb)]);
    });
    after(async () => {
      await Promise.all([engine?.close(), duckdb?.close()]);
    });

    test(`${QUESTIONS} random questions have the same answers as in the embedded store`, async () => {
      const below = seeded(SEED);
      const { query } = randomQuestions(below);
      let answered = 0;
      for (let number = 0; number < QUESTIONS; number++) {
        const question = query(VIEWS[below(VIEWS.length)] as IndexView);
        const text = `question ${number}: ${JSON.stringify(question)}`;
        const [actual, expected] = await Promise.all([engine.answer(question), duckdb.answer(question)]).catch(
          (error: unknown) => {
            throw new Error(`${text}: ${error}`, { cause: error });
          },
        );
        const decimals = question.type === 'rows' ? [] : question.metrics.filter((one) => 'field' in one && one.field === 'cost');
        assertSameAnswer(actual, expected, new Set(decimals.map((metric) => metric.name)), text);
        if (expected.type === 'rows' ? expected.total > 0 : expected.rows.length > 0) answered++;
      }
      assert.ok(answered > QUESTIONS / 2, `only ${answered} questions found anything`);
    });

    test('every kind of question that one store refuses is refused by the other with the same message', async () => {
      const of = (rest: object) =>
        ({ type: 'aggregate', view: 'awscli', filter: { type: 'all' }, groups: [], metrics: [], ...rest }) as Query;
      const refused = [
        of({ groups: [{ name: 'g', by: 'terms', field: 'raw.x', size: 3 }] }),
        of({ groups: [{ name: 'g', by: 'time', field: 'bytes', interval: 'day' }] }),
        of({ groups: [{ name: 'g', by: 'terms', field: 'tags', size: 3, order: { by: 'nothing', direction: 'asc' } }] }),
        of({ metrics: [{ name: 'm', op: 'sum', field: 'event.action' }] }),
        of({ metrics: [{ name: 'm', op: 'avg', field: 'seen' }] }),
        of({ metrics: [{ name: 'm', op: 'min', field: 'ok' }] }),
        of({ metrics: [{ name: 'm', op: 'percentile', field: 'event.action', percent: 50 }] }),
        of({ metrics: [{ name: 'm', op: 'percentile', field: 'bytes', percent: 101 }] }),
        of({ metrics: [{ name: 'm', op: 'percentile', field: 'bytes', percent: 99.9999 }] }),
        of({ metrics: [{ name: 'm', op: 'last', field: 'event.action', over: 'seen' }] }),
        of({ metrics: [{ name: 'm', op: 'last', field: 'bytes', over: 'ratio' }] }),
        of({ groups: [{ name: 'g', by: 'time', field: 'seen', interval: { seconds: 0 } }] }),
        of({ groups: [{ name: 'g', by: 'time', field: 'seen', interval: 'year' }] }),
        of({ filter: { type: 'term', field: 'source.ip', value: '10.0.0.0/33' } }),
        of({ filter: { type: 'terms', field: 'related.ip', values: ['::1', '::/129'] } }),
        of({ filter: { type: 'wildcard', field: 'bytes', value: '*5*' } }),
        of({ filter: { type: 'wildcard', field: 'tags', value: `*a${'?'.repeat(30)}` } }),
        of({ filter: { type: 'wildcard', field: 'tags', value: `*${'a'.repeat(1_024)}` } }),
        of({ filter: { type: 'range', field: 'raw_text', gte: 'a' } }),
        of({ groups: [{ name: 'g', by: 'terms', field: 'raw_text', size: 3 }] }),
        {
          type: 'rows',
          view: 'awscli',
          filter: { type: 'all' },
          sort: [{ field: 'raw', direction: 'asc' }],
          limit: 1,
          offset: 0,
        } as Query,
      ];
      for (const question of refused) {
        const problems = await Promise.all(
          [engine, duckdb].map((store) =>
            store.answer(question).then(
              () => assert.fail(JSON.stringify(question)),
              ({ code, message }: { code: string; message: string }) => ({ code, message }),
            ),
          ),
        );
        assert.deepEqual(problems[0], problems[1]);
        assert.equal(problems[0]?.code, 'usage');
      }
    });

    test('addresses compare as addresses and match blocks, also in a field with other texts', async () => {
      const texts = [
        '9.255.255.255',
        '10.0.0.0',
        '10.2.0.1',
        '10.255.255.255',
        '11.0.0.0',
        '100.0.0.1',
        '2001:db8::1',
        'AWS Internal',
      ];
      const documents = texts.map((ip, number): Document => {
        const body = Buffer.from(
          JSON.stringify({ '@timestamp': '2026-11-05T00:00:00Z', source: { ip }, related: { ip: [ip, '::1'] } }),
        );
        return { index: 'awscli-2026.11.05', id: `address-${number}`, operation: 'create', body };
      });
      const asked = (text: string): Query => ({
        type: 'rows',
        view: 'awscli',
        filter: { type: 'and', filters: [{ type: 'prefix', field: '_id', value: 'address-' }, parseLucene(text)] },
        sort: [{ field: '_id', direction: 'asc' }],
        limit: 10,
        offset: 0,
      });
      for (const store of [engine, duckdb]) {
        await store.write({ documents, bytes: 0, sources: [] });
        const found = async (text: string) =>
          ((await store.answer(asked(text))) as RowsAnswer).hits.map(({ _id }) => texts[Number(_id.slice(8))]).join(' ');
        const ten = '10.0.0.0 10.2.0.1 10.255.255.255';
        assert.equal(await found('source.ip:[10.0.0.0 TO 10.255.255.255]'), ten);
        assert.equal(await found('source.ip:"10.0.0.0/8"'), ten);
        assert.equal(await found('related.ip:10.1.2.3/8'), ten);
        assert.equal(await found('source.ip:(10.0.0.0/9 OR "2001:db8::/32")'), '10.0.0.0 10.2.0.1 2001:db8::1');
        assert.equal(await found('source.ip:>100.0.0.0'), '100.0.0.1 2001:db8::1');
        assert.equal(await found('source.ip:<10.0.0.0'), '9.255.255.255');
        assert.equal(await found('source.ip:"2001:DB8:0:0::1" OR source.ip:"::ffff:11.0.0.0"'), '11.0.0.0 2001:db8::1');
        assert.equal(await found('NOT source.ip:0.0.0.0/0'), '2001:db8::1 AWS Internal');
        assert.equal(await found('source.ip:"AWS Internal"'), 'AWS Internal');
        assert.equal(await found('source.ip:*.0.1'), '10.2.0.1 100.0.0.1');
      }
    });

    test('a flattened field that is a list of objects is searched through each of them', async () => {
      const body = Buffer.from(
        JSON.stringify({
          '@timestamp': '2026-11-05T00:00:00Z',
          raw: [
            { rule: 'first', in: [{ match: 'x' }] },
            { rule: 'second', in: { match: 'y' } },
          ],
        }),
      );
      for (const store of [engine, duckdb]) {
        await store.write({
          documents: [{ index: 'awscli-2026.11.05', id: 'objects', operation: 'create', body }],
          bytes: 0,
          sources: [],
        });
        const found = async (text: string) => {
          const filter = {
            type: 'and' as const,
            filters: [{ type: 'term' as const, field: '_id', value: 'objects' }, parseLucene(text)],
          };
          const answer = await store.answer({ type: 'rows', view: 'awscli', filter, sort: [], limit: 0, offset: 0 });
          return (answer as RowsAnswer).total;
        };
        for (const text of ['raw.rule:first', 'raw.rule:second', 'raw.in.match:x', 'raw.in.match:y', 'raw:first']) {
          assert.equal(await found(text), 1, text);
        }
        assert.equal(await found('raw.rule:x'), 0);
      }
    });

    test('a part of a value inside a flattened field is found, or refused with an alternative where the engine can not search for it', async () => {
      const asked = (field: string): Query => ({
        type: 'rows',
        view: 'awscli',
        filter: { type: 'wildcard', field, value: '*moke' },
        sort: [],
        limit: 0,
        offset: 0,
      });
      const body = Buffer.from(
        JSON.stringify({ '@timestamp': '2026-11-05T00:00:00Z', raw: { some: [{ where: 'fire and smoke' }] } }),
      );
      for (const store of [engine, duckdb]) {
        await store.write({
          documents: [{ index: 'awscli-2026.11.05', id: 'part', operation: 'create', body }],
          bytes: 0,
          sources: [],
        });
        assert.equal(((await store.answer(asked('raw'))) as RowsAnswer).total, 1);
        const inside = store.answer(asked('raw.some.where'));
        if (store === engine && name === 'Elasticsearch') {
          await assert.rejects(inside, {
            code: 'usage',
            message: "Elasticsearch can't look for a part of raw.some.where, which lies inside a flattened field.",
          });
        } else {
          assert.equal(((await inside) as RowsAnswer).total, 1);
        }
      }
    });

    test(`pages of ${MANY} documents join at any offset and in either direction, by fields that many documents lack; percentiles are exact`, async () => {
      const below = seeded(3);
      const { document: another } = randomQuestions(below);
      const many: Document[] = Array.from({ length: MANY }, (_, number) => {
        const { body, ...rest } = another('awscli-trail', number);
        // Each number from 1 to MANY once, in no order.
        const duration = ((number * 7_919) % MANY) + 1;
        const value = { ...(JSON.parse(Buffer.from(body).toString('utf8')) as object), duration };
        const index = 'awscli-trail-2026.12.24';
        return { ...rest, id: `many-${number}`, index, body: Buffer.from(JSON.stringify(value)) };
      });
      for (const store of [engine, duckdb]) await store.write({ documents: many, bytes: 0, sources: [] });
      const pages = ['event.action', 'tags', 'bytes', 'ratio', 'ok', 'seen', 'source.ip', '_index'].flatMap((field) =>
        (['asc', 'desc'] as const).map((direction) => ({ field, direction, limit: 40, offset: 10_010 })),
      );
      pages.push({ field: 'cost', direction: 'asc', limit: 10_000, offset: 200 });
      for (const { field, direction, limit, offset } of pages) {
        const question: Query = {
          type: 'rows',
          view: 'awscli-trail',
          filter: { type: 'all' },
          sort: [{ field, direction }],
          limit,
          offset,
        };
        const [actual, expected] = (await Promise.all([engine.answer(question), duckdb.answer(question)])) as RowsAnswer[];
        const ids = (answer: RowsAnswer | undefined) => answer?.hits.map(({ _id }) => _id);
        assert.deepEqual(ids(actual), ids(expected), `${field} ${direction} from ${offset}`);
        assert.equal(actual?.total, MANY + DOCUMENTS);
      }
      // More groups, and more values of one group, than an engine gives at once.
      const byId = { name: 'id', by: 'terms', field: '_id', size: 20, order: { by: 'value', direction: 'desc' } } as const;
      for (const groups of [[], [byId]]) {
        const question: Query = {
          type: 'aggregate',
          view: 'awscli-trail',
          filter: { type: 'all' },
          groups,
          metrics: [
            { name: 'value', op: 'percentile', field: 'duration', percent: 95 },
            { name: 'last', op: 'last', field: 'duration', over: '@timestamp' },
          ],
        };
        const [actual, expected] = await Promise.all([engine.answer(question), duckdb.answer(question)]);
        assertSameAnswer(actual, expected, new Set(), JSON.stringify(groups));
        if (groups.length === 0)
          assert.deepEqual(expected.type === 'aggregate' && expected.rows[0]?.value, Math.ceil(0.95 * MANY));
      }
    });
  });
}
