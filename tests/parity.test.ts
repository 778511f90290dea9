import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compose } from '../app/compose.ts';
import { readEnvironment } from '../app/environment.ts';
import { readSettings } from '../app/settings.ts';
import { storeMappings } from '../app/store-mappings.ts';
import type { ResourceAnswer } from '../core/api/resources.ts';
import type { Batch } from '../core/batch.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import type { AggregateQuery, IndexView, Metric, Query } from '../core/query.ts';
import type { Store } from '../core/store.ts';
import { type Choice, compileChoices, compilePanel, compileTable } from '../dashboards/compile-panel.ts';
import { dashboards } from '../dashboards/registry.ts';
import { asker } from '../server/asker.ts';
import { describeResource } from '../server/describe-resource.ts';
import { openElasticsearch } from '../stores/elasticsearch/open-elasticsearch.ts';
import { useEngine } from './support/engine.ts';
import { missing } from './support/needs.ts';
import { openTestStore } from './support/open-test-store.ts';
import { runPipelines } from './support/run-into-store.ts';
import { assertSameAnswer } from './support/same-answer.ts';

/**
 * The whole sample organisation in the embedded store and in both engines: every panel of every dashboard and every selector must give
 * the same answer on all three. The pipelines run once and write to all three.
 */
const SERVICES = ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const;
const skip = missing(...SERVICES);
const NOW = new Date('2026-11-21T08:05:00Z');

/** Choices of a reader: 40 days, one busy day, and one region. */
const CHOICES: Readonly<Record<string, Choice>> = {
  'the last 40 days': { filter: { type: 'all' }, time: { from: '2026-10-12T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' } },
  'one day': { filter: { type: 'all' }, time: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' } },
  'a region': {
    filter: { type: 'term', field: 'cloud.region', value: 'eu-west-1' },
    time: { from: '2026-10-01T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' },
  },
};

/** Addresses, blocks, and parts of values. */
const SEARCHES: readonly (readonly [view: IndexView, text: string])[] = [
  ['awscli-trail', 'source.ip:203.0.113.0/25'],
  ['awscli-trail', 'source.ip:[198.51.100.0 TO 203.0.113.60]'],
  ['awscli-trail', 'related.ip:>=198.51.100.9 AND NOT source.ip:203.0.113.0/24'],
  ['awscli-trail', 'event.action:*Policy* AND user.name:*a*'],
  ['awscli-trail', 'event.action:?un*s'],
  ['awscli-trail', 'aws.cloudtrail.request_parameters:*Name=*'],
  ['awscli-trail', 'aws.cloudtrail.response_elements:\\{*}'],
  ['awscli-current', 'resource.private_ip:10.0.0.0/8'],
  ['awscli-current', 'resource.private_ip:<10.128.0.0 AND resource.name:*-*'],
];

/** Metrics and intervals that no panel uses yet: over the history of resources, over events, and over lines of the bill, of which there are many. */
const AGGREGATES: readonly (Pick<AggregateQuery, 'view' | 'time' | 'groups' | 'metrics'> & { readonly title: string })[] = [
  {
    title: 'percentiles, extremes and the latest value of sizes by kind',
    view: 'awscli',
    groups: [{ name: 'type', by: 'terms', field: 'resource.type', size: 50 }],
    metrics: [
      { name: 'median', op: 'percentile', field: 'resource.size_bytes', percent: 50 },
      { name: 'high', op: 'percentile', field: 'resource.size_bytes', percent: 99.9 },
      { name: 'min', op: 'min', field: 'resource.size_bytes' },
      { name: 'max', op: 'max', field: 'resource.size_bytes' },
      { name: 'last', op: 'last', field: 'resource.size_bytes', over: '@timestamp' },
    ],
  },
  {
    title: 'events by 15 minutes',
    view: 'awscli-trail',
    groups: [{ name: 'time', by: 'time', field: '@timestamp', interval: { seconds: 15 * 60 } }],
    metrics: [{ name: 'count', op: 'count' }],
  },
  {
    title: 'events by minute and action',
    view: 'awscli-trail',
    time: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' },
    groups: [
      { name: 'action', by: 'terms', field: 'event.action', size: 3 },
      { name: 'time', by: 'time', field: '@timestamp', interval: 'minute' },
    ],
    metrics: [{ name: 'users', op: 'distinct', field: 'user.name' }],
  },
  {
    title: 'percentiles of costs, by account ranked by one of them',
    view: 'awsbilling',
    groups: [
      { name: 'account', by: 'terms', field: 'cloud.account.id', size: 5, order: { by: 'p95', direction: 'desc' } },
      { name: 'day', by: 'time', field: '@timestamp', interval: { seconds: 7 * 24 * 60 * 60 } },
    ],
    metrics: [
      { name: 'p95', op: 'percentile', field: 'aws.billing.unblended_cost', percent: 95 },
      { name: 'last', op: 'last', field: 'aws.billing.unblended_cost', over: '@timestamp' },
    ],
  },
];

const DECIMALS = new Set(
  storeMappings().flatMap(({ fields }) => fields.filter(({ type }) => type === 'decimal').map(({ name }) => name)),
);
/** Whether the answer is text, with all digits if the store computes decimals. */
const isDecimal = (metric: Metric): boolean => 'field' in metric && metric.op !== 'distinct' && DECIMALS.has(metric.field);

describe('parity over the sample organisation', { skip }, () => {
  if (skip !== false) return;
  const engines = SERVICES.map(useEngine);
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-parity-'));
  let duckdb: Store;
  let stores: { readonly name: string; readonly store: Store }[] = [];

  before(async () => {
    const mappings = storeMappings();
    duckdb = await openTestStore(join(folder, 'orgscope.duckdb'));
    stores = await Promise.all(
      engines.map(async ({ url }, index) => ({
        name: SERVICES[index] === 'OPENSEARCH_URL' ? 'OpenSearch' : 'Elasticsearch',
        store: await openElasticsearch({ nodes: [url], mappings }),
      })),
    );
    const environment = readEnvironment({});
    const settings = readSettings({ data: folder, lists: folder, sample: true }, environment);
    const world = { sample: true, explicit: true, folder, store: { type: 'duckdb' as const, path: '' } };
    const composition = compose({ world, settings, environment, clock: { now: () => NOW }, signal: AbortSignal.any([]) });
    const pipelines = await composition.run({ pipelines: PIPELINE_NAMES });
    const { report } = await runPipelines(toAll(duckdb, ...stores.map(({ store }) => store)), pipelines);
    await composition.close();
    assert.ok(report.totals.documents > 100_000, `only ${report.totals.documents} documents`);
  });
  after(async () => {
    await Promise.all([duckdb?.close(), ...stores.map(({ store }) => store.close())]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('all stores hold the same number of documents in each view', async () => {
    const counts = await duckdb.counts();
    for (const { name, store } of stores) assert.deepEqual(await store.counts(), counts, name);
  });

  for (const [view, text] of SEARCHES) {
    test(`${view}, ${text}`, async () => {
      const question: Query = {
        type: 'rows',
        view,
        filter: parseLucene(text),
        sort: [{ field: '_id', direction: 'asc' }],
        limit: 20,
        offset: 0,
      };
      const expected = await duckdb.answer(question);
      assert.ok(expected.type === 'rows' && expected.total > 0, 'nothing is found');
      for (const { name, store } of stores) assertSameAnswer(await store.answer(question), expected, new Set(), name);
    });
  }

  test('the page of a resource of each kind: what it is connected to, and its changes and events', async () => {
    const kinds = await duckdb.answer({
      type: 'aggregate',
      view: 'awscli-current',
      filter: { type: 'exists', field: 'related.entity' },
      groups: [
        { name: 'type', by: 'terms', field: 'resource.type', size: 100 },
        { name: 'key', by: 'terms', field: 'resource.key', size: 1 },
      ],
      metrics: [],
    });
    const keys = kinds.type === 'aggregate' ? kinds.rows.map(({ key }) => String(key)) : [];
    assert.ok(keys.length > 20, `only ${keys.length} kinds`);
    const pages = (store: Store) => Promise.all(keys.map(async (key) => pageOf(await describeResource(asker(store), key))));
    const expected = await pages(duckdb);
    assert.ok(expected.filter(({ connected }) => connected.some((line) => line.includes('named-by'))).length > 5);
    for (const { name, store } of stores) assert.deepEqual(await pages(store), expected, name);
  });

  for (const { title, ...asked } of AGGREGATES) {
    test(title, async () => {
      const question: Query = { type: 'aggregate', filter: { type: 'all' }, ...asked };
      const { metrics } = asked;
      const expected = await duckdb.answer(question);
      const isFound = (name: string) => expected.type === 'aggregate' && expected.rows.some((row) => row[name] !== null);
      for (const { name } of metrics) assert.ok(isFound(name), `no row has a ${name}`);
      const decimals = new Set(metrics.filter(isDecimal).map(({ name }) => name));
      for (const { name, store } of stores) assertSameAnswer(await store.answer(question), expected, decimals, name);
    });
  }

  for (const [chosen, choice] of Object.entries(CHOICES)) {
    for (const { id, panels, selector } of dashboards) {
      test(`${id}, ${chosen}: all panels and selectors`, async () => {
        const questions = [
          ...panels.flatMap((panel): [string, Query][] => {
            if (panel.type !== 'table') return [[panel.title, compilePanel(panel, choice)]];
            const { sort } = panel;
            const page = (limit: number, offset: number): [string, Query] => [
              `${panel.title} from ${offset}`,
              compileTable(panel, choice, { limit, offset, sort }),
            ];
            return [page(50, 0), page(50, 1_000), page(50, 12_000), page(50, 20_000)];
          }),
          // Units are those of the accounts, whatever the dashboard shows.
          ...selector.fields.map(({ field, as }): [string, Query] => [
            `${selector.title}: ${field}`,
            compileChoices(as === 'unit' ? 'awscli-current' : selector.view, field, choice, 200),
          ]),
        ];
        for (const [title, question] of questions) {
          const expected = await duckdb.answer(question);
          const decimals = question.type === 'aggregate' ? question.metrics.filter(isDecimal).map(({ name }) => name) : [];
          for (const { name, store } of stores) {
            assertSameAnswer(await store.answer(question), expected, new Set(decimals), `${title} in ${name}`);
          }
        }
      });
    }
  }
});

/** What the answer says beside the cost, which engines add up as doubles. */
const pageOf = ({ resource, connected, changes, events, lastChange }: ResourceAnswer) => ({
  resource,
  connected: connected.flatMap(({ type, total, resources }) => [
    `${type} ${total}`,
    ...resources.map(({ key, via, direction }) => `${direction} ${key} ${via}`).sort(),
  ]),
  changes: changes.total,
  events: events.total,
  lastChange: lastChange?._source ?? null,
});

/** Writes go to all stores; the first store answers. */
function toAll(first: Store, ...others: readonly Store[]): Store {
  const each = async <Result>(work: (store: Store) => Promise<Result>): Promise<Result> => {
    const [result] = await Promise.all([work(first), ...others.map(work)]);
    return result;
  };
  return {
    ...first,
    write: (batch: Batch) => each((store) => store.write(batch)),
    retire: (sweeps) => each((store) => store.retire(sweeps)),
    beginDelivery: (delivery) => each((store) => store.beginDelivery(delivery)),
    publishDelivery: (delivery) => each((store) => store.publishDelivery(delivery)),
  };
}
