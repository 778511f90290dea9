import { DAY_MS } from '../../core/day-ms.ts';

/**
 * Yields the search that Kibana (7.10 to 8) and OpenSearch Dashboards send for a saved object of the kinds that we generate, and reads
 * the answer back into rows. Importers also accept a visualization from which no search can be made, so tests without a browser send the search.
 * Written from Kibana's own serialisation: https://github.com/elastic/kibana/tree/7.10/src/plugins/data/common/search/aggs
 */
export interface SavedObject {
  readonly type: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>> & { readonly title: string };
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[];
}

export interface Range {
  readonly from: string;
  readonly to: string;
}

interface Agg {
  readonly id: string;
  readonly type: string;
  readonly schema: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Visualization {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly aggs: readonly Agg[];
}

export const visualizationOf = (saved: SavedObject): Visualization => JSON.parse(String(saved.attributes.visState));

/** A row: the keys of its buckets, outer to inner, then its metrics. */
export type Row = readonly (string | number | boolean | null)[];

const METRICS = new Set(['sum', 'min', 'max', 'avg', 'cardinality', 'percentiles']);

/** The moment that Kibana computes for one end of a range in UTC: it rounds a start down, and an end up to the last millisecond. */
export function momentOf(text: string, now: Date, end: 'from' | 'to'): string {
  const parts = /^now(?:-(\d+)d)?(?:\/([dM]))?$/.exec(text);
  if (parts === null) throw new Error(`${text} is not known`);
  const [, back = '0', unit] = parts;
  const at = new Date(now.getTime() - Number(back) * DAY_MS);
  if (unit === undefined) return at.toISOString();
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const next = end === 'to' ? 1 : 0;
  const start = unit === 'd' ? Date.UTC(year, month, day + next) : Date.UTC(year, month + next, 1);
  return new Date(start - next).toISOString();
}

/** The query of the object and the dashboard's time range, where the index pattern has a time field. Both ends are within it. */
export function queryOf(saved: SavedObject, timeField: string | undefined, range: Range): object {
  const { searchSourceJSON } = saved.attributes.kibanaSavedObjectMeta as { searchSourceJSON: string };
  const { query, filter } = JSON.parse(searchSourceJSON) as { query: { language: string; query: string }; filter: unknown[] };
  if (query.language !== 'lucene' || filter.length > 0) throw new Error(`${saved.id}: another language or a filter`);
  const text =
    query.query === '' ? { match_all: {} } : { query_string: { query: query.query, analyze_wildcard: true, time_zone: 'UTC' } };
  const time = { format: 'strict_date_optional_time', gte: range.from, lte: range.to };
  return {
    bool: { must: [text], filter: timeField === undefined ? [] : [{ range: { [timeField]: time } }], should: [], must_not: [] },
  };
}

/** `interval` is what Kibana makes of `auto` for the range. */
export function aggregationsOf({ aggs }: Visualization, interval: 'hour' | 'day' | 'month'): object {
  const metrics = aggs.filter(({ schema }) => schema === 'metric');
  const innermost = Object.fromEntries(metrics.filter(({ type }) => type !== 'count').map((agg) => [agg.id, metricOf(agg)]));
  return bucketsOf(aggs).reduceRight<object>((inner, { id, type, params }) => {
    if (type === 'date_histogram') {
      const known: Readonly<Record<string, string>> = {
        auto: { hour: '1h', day: '1d', month: '1M' }[interval],
        d: '1d',
        M: '1M',
        h: '1h',
      };
      const calendar_interval = known[String(params.interval)];
      if (calendar_interval === undefined) throw new Error(`an interval ${params.interval} that is not known`);
      const histogram = { field: params.field, calendar_interval, time_zone: 'UTC', min_doc_count: params.min_doc_count };
      return { [id]: { date_histogram: histogram, ...within(inner) } };
    }
    if (type !== 'terms') throw new Error(`buckets of a type ${type} that is not known`);
    if (params.orderBy === '_key')
      return { [id]: { terms: { field: params.field, order: { _key: params.order }, size: params.size }, ...within(inner) } };
    const by = metrics.find((metric) => metric.id === params.orderBy);
    if (by === undefined) throw new Error(`an order by ${params.orderBy}, which is no metric`);
    const order = by.type === 'count' ? { _count: params.order } : { [by.id]: params.order };
    const ordering = by.type === 'count' ? {} : { [by.id]: metricOf(by) };
    const exclude = params.exclude === undefined ? {} : { exclude: params.exclude };
    const wanted = { field: params.field, order, size: params.size, ...exclude, ...advanced(params) };
    return { [id]: { terms: wanted, ...within(Object.assign(ordering, inner)) } };
  }, innermost);
}

const bucketsOf = (aggs: readonly Agg[]): Agg[] => aggs.filter(({ schema }) => schema !== 'metric');

const within = (inner: object): object => (Object.keys(inner).length === 0 ? {} : { aggs: inner });

/** "Advanced: JSON input", which is added to the request as it is. */
const advanced = ({ json }: Agg['params']): object => (json === undefined ? {} : (JSON.parse(String(json)) as object));

function metricOf({ type, params }: Agg): object {
  if (!METRICS.has(type)) throw new Error(`a metric of a type ${type} that is not known`);
  const percentiles = type === 'percentiles' ? { percents: params.percents, keyed: false } : {};
  return { [type]: { field: params.field, ...percentiles, ...advanced(params) } };
}

interface Bucket {
  readonly key: string | number;
  readonly key_as_string?: string;
  readonly doc_count: number;
  readonly [agg: string]: unknown;
}

type Measured = { readonly value: number | null } | { readonly values: readonly [{ readonly value: number | null }] };

const numberOf = (measured: Measured): number | null =>
  ('values' in measured ? measured.values[0].value : measured.value) ?? null;

/** The rows that the visualization shows, in its order. */
export function rowsOf(
  { aggs }: Visualization,
  answer: { readonly hits: { readonly total: { readonly value: number } }; readonly aggregations?: object },
): Row[] {
  const metrics = aggs.filter(({ schema }) => schema === 'metric');
  const walk = (levels: readonly Agg[], at: Readonly<Record<string, unknown>>, count: number): Row[] => {
    const [level, ...rest] = levels;
    if (level === undefined) return [metrics.map(({ id, type }) => (type === 'count' ? count : numberOf(at[id] as Measured)))];
    return (at[level.id] as { buckets: Bucket[] }).buckets.flatMap((bucket) => {
      const date = level.type === 'date_histogram';
      const key = date ? new Date(bucket.key).toISOString() : (bucket.key_as_string ?? bucket.key);
      return walk(rest, bucket, bucket.doc_count).map((row) => [key, ...row]);
    });
  };
  return walk(bucketsOf(aggs), (answer.aggregations ?? {}) as Record<string, unknown>, answer.hits.total.value);
}
