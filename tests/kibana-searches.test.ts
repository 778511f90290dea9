import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { storeMappings } from '../app/store-mappings.ts';
import { DAY_MS } from '../core/day-ms.ts';
import type { AggregateAnswer, AggregateQuery, IndexView, RowsAnswer, TimeRange } from '../core/query.ts';
import {
  BUCKET,
  type Choice,
  compilePanel,
  compileTable,
  GROUP,
  groupName,
  VALUE,
  valueName,
} from '../dashboards/compile-panel.ts';
import type { Dashboard, Format, Panel, PanelOf } from '../dashboards/dashboard.ts';
import { dashboards } from '../dashboards/registry.ts';
import { shownMeasures } from '../kibana/saved-objects.ts';
import { openSample } from '../sample/open-sample.ts';
import { connect } from '../stores/elasticsearch/connect.ts';
import type { Engine } from '../stores/elasticsearch/engine.ts';
import { ensureSetup } from '../stores/elasticsearch/setup.ts';
import { useEngine } from './support/engine.ts';
import {
  aggregationsOf,
  momentOf,
  queryOf,
  type Range,
  type Row,
  rowsOf,
  type SavedObject,
  visualizationOf,
} from './support/kibana-search.ts';
import { missing } from './support/needs.ts';
import { openTestStore, type TestStore } from './support/open-test-store.ts';
import { copyDocuments, readSample } from './support/sample-documents.ts';

/**
 * Kibana and OpenSearch Dashboards import a visualization that shows an error when it is drawn. So every object of the committed file is
 * compiled to the search that they send, and asked of real engines that hold the sample organisation: the answer must be the one that the
 * page gives of the embedded store.
 */

/** No document of the sample is later than this, however long reading the sample takes. */
const NOW = new Date(Math.ceil(Date.now() / 3_600_000 + 0.5) * 3_600_000);
const before30 = (days: number) => new Date(Math.floor(NOW.getTime() / DAY_MS) * DAY_MS - days * DAY_MS).toISOString();
const RANGE: Range = { from: before30(30), to: NOW.toISOString() };
const choice: Choice = { filter: { type: 'all' }, time: RANGE };

const objects: SavedObject[] = readFileSync(new URL('../kibana-dashboards/orgscope.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(0, -1)
  .map((line) => JSON.parse(line));
const find = (type: string, id: string): SavedObject => {
  const found = objects.find((object) => object.type === type && object.id === id);
  assert.ok(found, `${type} ${id}`);
  return found;
};

/** The saved objects of a dashboard, each with its time range. */
function placed(dashboard: Dashboard): { saved: SavedObject; range: Range }[] {
  const { attributes, references } = find('dashboard', `orgscope-${dashboard.id}`);
  const panels: { panelRefName: string; embeddableConfig: { timeRange?: { from: string; to: string } } }[] = JSON.parse(
    String(attributes.panelsJSON),
  );
  return panels.map(({ panelRefName, embeddableConfig: { timeRange } }) => {
    const reference = references.find(({ name }) => name === panelRefName);
    const range =
      timeRange === undefined ? RANGE : { from: momentOf(timeRange.from, NOW, 'from'), to: momentOf(timeRange.to, NOW, 'to') };
    return { saved: find(reference?.type ?? '', reference?.id ?? ''), range };
  });
}

const patternOf = (saved: SavedObject) => {
  const id = saved.references.find(({ type }) => type === 'index-pattern')?.id ?? '';
  const { title, timeFieldName } = find('index-pattern', id).attributes as { title: string; timeFieldName?: string };
  return { index: title, timeField: timeFieldName };
};

const skip = missing('OPENSEARCH_URL', 'ELASTICSEARCH_URL');
const used = skip === false ? [useEngine('OPENSEARCH_URL'), useEngine('ELASTICSEARCH_URL')] : [];

describe('searches of Kibana have the answers of the page', { skip, timeout: 25 * 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-kibana-'));
  const engines = new Map<string, Engine>();
  let store: TestStore;

  before(async () => {
    const file = await readSample(folder);
    // Only the events and the lines of bills in the time ranges of the panels are needed.
    const since = (time: string) => `"@timestamp" >= TIMESTAMP '${time.slice(0, 19).replace('T', ' ')}'`;
    const chosen: { view: IndexView; where: string }[] = [
      { view: 'awscli', where: 'true' },
      { view: 'awscli-current', where: 'true' },
      { view: 'awsusers', where: 'true' },
      { view: 'awscli-trail', where: since(RANGE.from) },
      { view: 'awsbilling', where: since(before30(62)) },
      { view: 'awslogs', where: 'true' },
    ];
    for (const { url } of used) {
      const engine = await connect({ nodes: [url] });
      engines.set(engine.product, engine);
      await ensureSetup(engine, storeMappings());
      await copyDocuments(file, engine, chosen);
    }
    store = await openTestStore(file);
  });
  after(async () => {
    await store?.close();
    for (const engine of engines.values()) await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Asks each engine and checks its answer; as all must give the expected answer, the engines agree. */
  async function search<Body>(pattern: string, body: object, check: (answer: Body, engine: string) => void): Promise<void> {
    for (const [name, engine] of engines) {
      const path = `/${encodeURIComponent(pattern)}/_search`;
      const query = { ignore_unavailable: true, track_total_hits: true };
      const answer = await engine.request<Body & { _shards: { failed: number }; timed_out: boolean }>({
        method: 'POST',
        path,
        query,
        body,
      });
      assert.equal(answer.body._shards.failed, 0, JSON.stringify(answer.body._shards));
      check(answer.body, name);
    }
  }

  const ask = async (query: AggregateQuery): Promise<AggregateAnswer['rows']> =>
    ((await store.answer(query)) as AggregateAnswer).rows;

  /** The numbers of the page's own question, in the order of Kibana's columns. */
  async function expected(panel: Exclude<Panel, { type: 'table' }>, time: TimeRange = RANGE): Promise<Row[]> {
    // Kibana's forecast is another number than the page's, and its title says so: the cost of the last 30 complete days, without today.
    if (panel.type === 'forecast') return expected({ ...panel, type: 'metric' }, { from: before30(30), to: before30(0) });
    const rows = await ask(compilePanel(panel, { ...choice, time }));
    const keys = {
      metric: [],
      bars: [GROUP],
      week: [groupName(0), groupName(1)],
      timeseries: panel.type === 'timeseries' && panel.split !== undefined ? [GROUP, BUCKET] : [BUCKET],
      groups: panel.type === 'groups' ? panel.keys.map((_, index) => groupName(index)) : [],
    }[panel.type];
    const values = panel.type === 'groups' ? shownMeasures(panel).map((_, index) => valueName(index)) : [VALUE];
    return rows.map((row) => [...keys, ...values].map((name) => row[name] ?? null));
  }

  /** The exact rows of a panel with somewhat lower and higher percentiles: an engine's estimate lies between them, within the tenth that interpolation may add. */
  async function percentilesAround(panel: Exclude<Panel, { type: 'table' }>): Promise<readonly [Row[], Row[]] | undefined> {
    if (panel.type !== 'groups' || !panel.measures.some(({ measure }) => measure.op === 'percentile')) return undefined;
    const shifted = (by: number) =>
      expected({
        ...panel,
        measures: panel.measures.map((one) =>
          one.measure.op === 'percentile'
            ? { ...one, measure: { ...one.measure, percent: Math.min(100, Math.max(1, one.measure.percent + by)) } }
            : one,
        ) as unknown as typeof panel.measures,
      });
    return [await shifted(-5), await shifted(5)];
  }

  const interval = (Date.parse(RANGE.to) - Date.parse(RANGE.from)) / 3_600_000 <= 72 ? 'hour' : 'day';

  for (const dashboard of dashboards) {
    test(`${dashboard.title}: every visualization's search has the numbers of the page`, async () => {
      let seen = 0;
      const views = placed(dashboard);
      for (const panel of dashboard.panels) {
        if (panel.type === 'table') continue;
        const view = views.find(({ saved }) => saved.attributes.title === `[AWS] ${panel.title}`);
        assert.ok(view, panel.title);
        const { saved, range } = view;
        const visualization = visualizationOf(saved);
        const { index, timeField } = patternOf(saved);
        const aggs = aggregationsOf(visualization, interval);
        const body = { size: 0, query: queryOf(saved, timeField, range), aggs };
        const wanted = await expected(panel);
        assert.ok(wanted.length > 0, `${panel.title} shows nothing`);
        if (panel.type === 'metric' || panel.type === 'forecast') fits(wanted[0]?.[0], panel, saved, dashboard);
        if (panel.type === 'timeseries' && panel.tones !== undefined) hasTones(panel.tones, wanted, panel.title);
        const bounds = await percentilesAround(panel);
        await search<Parameters<typeof rowsOf>[1]>(index, body, (answer, engine) => {
          same(rowsOf(visualization, answer), wanted, `${panel.title} on ${engine}`, panel, bounds);
        });
        seen++;
      }
      assert.equal(seen, dashboard.panels.filter(({ type }) => type !== 'table').length);
    });

    test(`${dashboard.title}: every list has the rows of the page, and every selector has values`, async () => {
      const views = placed(dashboard);
      for (const panel of dashboard.panels) {
        if (panel.type !== 'table') continue;
        const view = views.find(({ saved }) => saved.type === 'search' && saved.attributes.title === `[AWS] ${panel.title}`);
        assert.ok(view, panel.title);
        const { saved, range } = view;
        const { index, timeField } = patternOf(saved);
        const [[field, order]] = saved.attributes.sort as [[string, string]];
        const sort = [{ [field]: { order, unmapped_type: 'boolean' } }];
        const wanted = (await store.answer(compileTable(panel, choice, { limit: 1, offset: 0, sort: panel.sort }))) as RowsAnswer;
        assert.ok(wanted.total > 0, `${panel.title} has no rows`);
        const body = { size: 1, query: queryOf(saved, timeField, range), sort };
        await search<{ hits: { total: { value: number }; hits: { _source: object }[] } }>(index, body, ({ hits }, engine) => {
          assert.equal(hits.total.value, wanted.total, `${panel.title} on ${engine}`);
          assert.deepEqual(at(hits.hits[0]?._source, field), at(wanted.hits[0]?._source, field), `${panel.title} on ${engine}`);
        });
      }
      const control = views
        .map(({ saved }) => saved)
        .find(({ attributes }) => attributes.title === `[AWS] ${dashboard.selector.title}`);
      assert.ok(control);
      const { params } = visualizationOf(control);
      for (const { fieldName, type, indexPatternRefName } of params.controls as Record<string, string>[]) {
        const id = control.references.find(({ name }) => name === indexPatternRefName)?.id ?? '';
        const pattern = String(find('index-pattern', id).attributes.title);
        const aggs =
          type === 'range'
            ? { found: { max: { field: fieldName } } }
            : { found: { terms: { field: fieldName, size: 5, order: { _count: 'desc' } } } };
        await search<{ aggregations: { found: { value?: number; buckets?: unknown[] } } }>(
          pattern,
          { size: 0, aggs },
          ({ aggregations }) => {
            const { value, buckets } = aggregations.found;
            assert.ok(type === 'range' ? Number(value) > 0 : (buckets?.length ?? 0) > 0, `${fieldName} offers nothing`);
          },
        );
      }
    });
  }

  test('the planted facts of the sample are found', async () => {
    const sample = openSample({ now: NOW });
    const fact = (id: string): Readonly<Record<string, string>> => {
      const found = sample.facts.find((one) => one.id === id);
      assert.ok(found, id);
      return found.at;
    };
    const rows = async (id: string, extra: object = {}) => {
      const saved = find('search', id);
      const { index, timeField } = patternOf(saved);
      const [[field, order]] = saved.attributes.sort as [[string, string]];
      const found = new Map<string, Record<string, unknown>[]>();
      const query = { bool: { must: [queryOf(saved, timeField, RANGE), extra] } };
      await search<{ hits: { hits: { _source: Record<string, unknown> }[] } }>(
        index,
        { size: 50, query, sort: [{ [field]: { order, unmapped_type: 'boolean' } }] },
        ({ hits }, engine) => {
          found.set(
            engine,
            hits.hits.map(({ _source }) => _source),
          );
        },
      );
      const [one = [], other] = [...found.values()];
      // Rows with the same sort value may come in any order, so only the sort values are compared.
      const sortedBy = (some: readonly object[] = []) => some.map((row) => at(row, field));
      assert.deepEqual(sortedBy(one), sortedBy(other), id);
      return one;
    };
    const value = (row: object | undefined, path: string) => at(row, path);
    const all = { match_all: {} };
    const is = (field: string, wanted: string) => ({ term: { [field]: wanted } });

    const [largest] = await rows('orgscope-s3-s3-biggest-objects', all);
    assert.equal(value(largest, 's3.bucket.name'), fact('forgotten-object').bucket);
    const [oldest] = await rows('orgscope-ami-image-details', all);
    assert.deepEqual(
      [value(oldest, 'resource.name'), value(oldest, 'cloud.account.id'), value(oldest, 'resource.created_by')],
      ['campaign-site-2019', fact('public-image').account, 'o.jansen'],
    );
    const jobs = await rows('orgscope-backups-backup-jobs', is('resource.name', fact('failing-backup').database ?? ''));
    assert.ok(jobs.length > 5 && jobs.every((job) => value(job, 'resource.state') === 'FAILED'), `${jobs.length} jobs`);
    const [unused] = await rows('orgscope-security-security-group-connect-state', is('resource.name', 'payments-migration-2023'));
    assert.equal(value(unused, 'resource.connected'), false);
    const signIns = await rows(
      'orgscope-cloudtrail-root-and-console-sign-ins',
      is('cloud.account.id', fact('root-sign-in').account ?? ''),
    );
    assert.ok(signIns.some((event) => value(event, 'aws.cloudtrail.user_identity.type') === 'Root'));
    const [spike] = await rows('orgscope-billing-line-items', is('cloud.account.id', fact('cost-spike').account ?? ''));
    assert.match(String(value(spike, 'aws.billing.usage_type')), /g5\.2xlarge/);
  });
});

/** Compares counts and names exactly, sums of doubles within 1e-9, and distinct values within the one in a hundred that Kibana's estimate allows. */
function same(
  found: readonly Row[],
  wanted: readonly Row[],
  where: string,
  panel: Panel,
  bounds?: readonly [readonly Row[], readonly Row[]],
): void {
  const measures =
    panel.type === 'groups' ? shownMeasures(panel).map(({ measure }) => measure) : 'measure' in panel ? [panel.measure] : [];
  // The order of the series of a chart is not compared.
  const sorted = (rows: readonly Row[]) =>
    panel.type === 'timeseries' ? [...rows].sort((a, b) => (String(a.slice(0, -1)) < String(b.slice(0, -1)) ? -1 : 1)) : rows;
  assert.equal(
    found.length,
    wanted.length,
    `${where}: ${JSON.stringify(found).slice(0, 300)} and ${JSON.stringify(wanted).slice(0, 300)}`,
  );
  const expectedRows = sorted(wanted);
  for (const [index, row] of sorted(found).entries()) {
    const other = expectedRows[index] as Row;
    const keys = row.length - measures.length;
    assert.deepEqual(row.slice(0, keys).map(String), other.slice(0, keys).map(String), `${where}, row ${index}`);
    for (const [position, { op }] of measures.entries()) {
      const [a, b] = [number(row[keys + position]), number(other[keys + position])];
      if (op === 'percentile') {
        const [low, high] = (bounds ?? []).map((rows) => number(rows[index]?.[keys + position])) as [number, number];
        assert.ok(a >= low * 0.9 && a <= high * 1.1, `${where}, row ${index}: ${a}, which is not from ${low} to ${high}`);
        continue;
      }
      const tolerance = op === 'distinct' ? 0.01 : op === 'sum' ? 1e-9 : 0;
      assert.ok(
        Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)) + (op === 'sum' ? 1e-9 : 0),
        `${where}, row ${index}: ${a} and ${b}`,
      );
    }
  }
}

/** The number to compare: 0 for a sum without values, and the milliseconds of a date. */
function number(value: Row[number] | undefined): number {
  if (value === null || value === undefined) return 0;
  return typeof value === 'string' && /^\d{4}-/.test(value) ? Date.parse(value) : Number(value);
}

function at(source: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], source);
}

/** The value as Kibana prints it, or for bytes the longest text that Kibana prints. */
function shown(value: Row[number] | undefined, format: Format): string {
  if (format === 'money') return new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' }).format(number(value));
  if (format === 'date' || format === 'time') return new Date(number(value)).toISOString().slice(0, 16).replace('T', ' ');
  if (format === 'bytes') return '1,023.99GB';
  return new Intl.NumberFormat('en', { maximumFractionDigits: 3 }).format(number(value));
}

/** Checks that the number fits its panel at 1,600 pixels: a character is at most 0.7 of the font size wide, a point or a stroke half of that, and the margins take 56 pixels. */
function fits(
  value: Row[number] | undefined,
  panel: PanelOf<'metric' | 'forecast'>,
  saved: SavedObject,
  dashboard: Dashboard,
): void {
  const { attributes, references } = find('dashboard', `orgscope-${dashboard.id}`);
  const panels: { panelRefName: string; gridData: { w: number } }[] = JSON.parse(String(attributes.panelsJSON));
  const name = references.find(({ id }) => id === saved.id)?.name;
  const columns = panels.find(({ panelRefName }) => panelRefName === name)?.gridData.w ?? 0;
  const { metric } = visualizationOf(saved).params as { metric: { style: { fontSize: number } } };
  const text = shown(value, panel.format);
  const ems = [...text].reduce((sum, letter) => sum + (/[.,: -]/.test(letter) ? 0.35 : 0.7), 0);
  const wide = ems * metric.style.fontSize * (4 / 3);
  assert.ok(wide <= (1_570 / 48) * columns - 56, `${panel.title}: ${text} is ${wide} wide in ${columns} columns`);
}

/** A colour applies to the exact value of documents, in the same case. */
function hasTones(tones: object, rows: readonly Row[], title: string): void {
  const values = [...new Set(rows.map(([series]) => String(series)))];
  const names = Object.keys(tones);
  assert.ok(
    values.some((value) => names.includes(value)),
    `${title}: none of ${values} has a colour`,
  );
  for (const value of values)
    for (const name of names)
      if (name.toLowerCase() === value.toLowerCase()) assert.equal(name, value, `${title}: a colour for another spelling`);
}
