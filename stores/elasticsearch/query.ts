import { checkQuestion, columnOf } from '../../core/check-question.ts';
import { type FieldType, type IndexMapping, indexPrefixOf } from '../../core/field.ts';
import type { CalendarUnit } from '../../core/interval.ts';
import type { JsonObject } from '../../core/json.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { AggregateQuery, Answer, Grouping, Hit, Metric, Query, RowsQuery } from '../../core/query.ts';
import { checkAnswerRows } from '../../core/question-bounds.ts';
import { typedConditions } from '../../core/typed-filter.ts';
import { compileFilter, type Dsl, engineField } from './compile-filter.ts';
import type { Engine } from './engine.ts';
import { shownSource } from './fit-document.ts';
import { groupRanker, type Key, type Stats } from './rank-groups.ts';
import { ID_FIELD, targetOf } from './schema.ts';
import { type SearchAnswer, searchOnce } from './search-all.ts';

/**
 * Answers a question with an engine, with the same numbers as the embedded store. Engines only approximate the largest groups, distinct values and
 * percentiles over several shards. For these, all groups are read page by page, and ranked here.
 */
export async function answer(engine: Engine, mapping: IndexMapping, query: Query): Promise<Answer> {
  checkQuestion(mapping, query);
  if (mapping.delivery === undefined)
    return answerOnce(engine, mapping, query, namesIndex(query) ? await indicesOf(engine, mapping) : NO_INDICES);
  // An answer may take several requests, which must all see the same delivery of a month.
  let indices = await indicesOf(engine, mapping);
  for (let attempt = 1; ; attempt++) {
    const found = await answerOnce(engine, mapping, query, indices).catch((error: unknown) => ({
      type: 'failed' as const,
      error,
    }));
    const after = await indicesOf(engine, mapping);
    const moved = after.size !== indices.size || [...after.keys()].some((index) => !indices.has(index));
    if (!moved && found.type === 'failed') throw found.error;
    if (!moved && found.type !== 'failed') return found;
    if (attempt === ATTEMPTS) {
      throw new OrgscopeError(
        'store',
        'New deliveries of the bill were published again and again while it was read.',
        'Ask again.',
      );
    }
    indices = after;
  }
}

/** A new delivery of a month comes a few times a day. */
const ATTEMPTS = 5;
/** Groups of one page; an engine allows 65,535. */
const PAGE_GROUPS = 10_000;
/** The most groups that are ranked in memory: they take about a gigabyte. */
const MOST_GROUPS = 2_000_000;
/** The default of `index.max_result_window`: rows beyond it are reached page by page. */
const WINDOW = 10_000;

interface Context {
  readonly engine: Engine;
  readonly mapping: IndexMapping;
  readonly indices: ReadonlyMap<string, string>;
  readonly filter: Dsl;
}

const NO_INDICES: ReadonlyMap<string, string> = new Map();

function answerOnce(engine: Engine, mapping: IndexMapping, query: Query, indices: ReadonlyMap<string, string>): Promise<Answer> {
  const filter = compileFilter(typedConditions(mapping, query), { product: engine.product, mapping, indices });
  const context = { engine, mapping, indices, filter };
  return query.type === 'rows' ? answerRows(context, query) : answerAggregate(context, query);
}

const namesIndex = (query: Query): boolean => JSON.stringify(query.filter).includes('"_index"');

/** The concrete indices of the view, each with its shown name. */
async function indicesOf(engine: Engine, mapping: IndexMapping): Promise<ReadonlyMap<string, string>> {
  const { body } = await engine.request<Record<string, { readonly aliases: object }>>({
    method: 'GET',
    path: `/${targetOf(mapping)}/_alias`,
    query: { ignore_unavailable: true, allow_no_indices: true },
    allow: [404],
  });
  if (mapping.delivery === undefined) return new Map(Object.keys(body).map((index) => [index, index]));
  return new Map(
    Object.entries(body).flatMap(([index, { aliases }]) => {
      const alias = Object.keys(aliases ?? {}).find((name) => name.startsWith(indexPrefixOf(mapping)));
      return alias === undefined ? [] : [[index, alias]];
    }),
  );
}

type Found = SearchAnswer<JsonObject | undefined>;

const search = ({ engine, mapping, filter }: Context, body: object): Promise<Found> =>
  searchOnce(engine, targetOf(mapping), { query: filter, ...body });

async function answerRows(context: Context, query: RowsQuery): Promise<Answer> {
  const { limit, offset } = query;
  const hitsOf = ({ hits }: Found): Hit[] => hits.hits.map((hit) => shownHit(hit, context));
  const sort = sortBy(query, context.mapping, false);
  if (offset + limit <= WINDOW) {
    const found = await search(context, { sort, size: limit, from: offset, track_total_hits: true });
    return { type: 'rows', total: found.hits.total?.value ?? 0, hits: hitsOf(found) };
  }
  const total = (await search(context, { size: 0, track_total_hits: true })).hits.total?.value ?? 0;
  const rows = Math.max(0, Math.min(limit, total - offset));
  if (rows === 0) return { type: 'rows', total, hits: [] };
  // Pages from the nearer end: the last page is asked for more often than one in the middle.
  const fromEnd = total - offset - rows;
  if (fromEnd >= offset) return { type: 'rows', total, hits: hitsOf(await walkTo(context, sort, offset, rows)) };
  const found = await walkTo(context, sortBy(query, context.mapping, true), fromEnd, rows);
  return { type: 'rows', total, hits: hitsOf(found).reverse() };
}

/** The rows that follow the first `skipped` of an order. */
async function walkTo(context: Context, sort: readonly Dsl[], skipped: number, rows: number): Promise<Found> {
  let after: readonly unknown[] | undefined;
  for (let passed = 0; passed < skipped; ) {
    const size = Math.min(WINDOW, skipped - passed);
    const { hits } = await search(context, { sort, size, _source: false, track_total_hits: false, ...searchAfter(after) });
    after = hits.hits.at(-1)?.sort;
    passed += hits.hits.length;
    // Documents were removed since they were counted.
    if (hits.hits.length < size) return { hits: { hits: [] } };
  }
  return search(context, { sort, size: rows, track_total_hits: false, ...searchAfter(after) });
}

const searchAfter = (after: readonly unknown[] | undefined): object => (after === undefined ? {} : { search_after: after });

/** A hit without the fields that the store added for itself. */
function shownHit({ _index, _id, _source = {} }: Found['hits']['hits'][number], { indices, mapping }: Context): Hit {
  return { _index: indices.get(_index) ?? _index, _id, _source: shownSource(_source, mapping) };
}

/** Sorts missing values last, or first where the order is reversed. The last sort field is the id, so that no page repeats or skips a document. */
function sortBy(query: RowsQuery, mapping: IndexMapping, reversed: boolean): Dsl[] {
  const way = (direction: 'asc' | 'desc') => ((direction === 'asc') !== reversed ? 'asc' : 'desc');
  const end = reversed ? '_first' : '_last';
  const sorts = query.sort.map(({ field, direction }): Dsl => {
    const column = columnOf(mapping, field);
    if (field === '_index') {
      return mapping.delivery !== undefined
        ? { [mapping.delivery.monthField]: { order: way(direction), missing: end, unmapped_type: 'keyword' } }
        : { _index: { order: way(direction) } };
    }
    const extreme = EXTREMES[column.type];
    // A number in place of `_last`: the sort values that engines return for it are beyond the numbers that JSON can carry exactly.
    const missing = extreme === undefined ? end : direction === 'asc' ? extreme : -extreme;
    const isText = column.type === 'ip' || column.type === 'boolean';
    const unmapped_type = isText ? 'keyword' : column.type === 'decimal' ? 'double' : column.type;
    // A list sorts by its first or last value, also where the order is reversed.
    const mode = column.array ? { mode: direction === 'asc' ? 'min' : 'max' } : {};
    return { [isText ? `${field}.text` : engineField(column)]: { order: way(direction), missing, unmapped_type, ...mode } };
  });
  return [...sorts, { [ID_FIELD]: { order: way('asc'), missing: end, unmapped_type: 'keyword' } }];
}

const EXTREMES: { readonly [type in FieldType]?: number } = {
  long: Number.MAX_SAFE_INTEGER,
  date: 8.64e15,
  double: Number.MAX_VALUE,
  decimal: Number.MAX_VALUE,
};

async function answerAggregate(context: Context, query: AggregateQuery): Promise<Answer> {
  const { mapping } = context;
  const { groups, metrics } = query;
  const ranker = groupRanker(query, (field) => columnOf(mapping, field).type);
  const statsAggs = Object.fromEntries(metrics.flatMap((metric, index) => statsOf(metric, index, mapping)));
  const isLeftOut = (keys: readonly Key[]): boolean =>
    groups.some(
      (group, level) =>
        group.by === 'terms' && group.exceptPrefix !== undefined && String(keys[level]).startsWith(group.exceptPrefix),
    );
  const statsIn = (found: { readonly [name: string]: unknown }): (Stats | undefined)[] =>
    metrics.map((metric, index) => statsFrom(metric, found[`m${index}`]));

  if (groups.length === 0) {
    const { hits, aggregations } = await search(context, { size: 0, track_total_hits: true, aggs: statsAggs });
    ranker.add({ keys: [], count: hits.total?.value ?? 0, stats: statsIn(aggregations ?? {}) });
  } else {
    const sources = groups.map((group) => sourceOf(group, mapping));
    for await (const bucket of allGroups(context, sources, statsAggs)) {
      const keys = keysOf(bucket, groups, context);
      if (!isLeftOut(keys)) ranker.add({ keys, count: bucket.doc_count, stats: statsIn(bucket) });
    }
  }
  for (const [index, metric] of metrics.entries()) {
    if (metric.op !== 'distinct' && metric.op !== 'percentile') continue;
    const sources = [...groups.map((group) => sourceOf(group, mapping)), termsOf(metric.field, mapping)];
    for await (const bucket of allGroups(context, sources, {})) {
      const keys = keysOf(bucket, groups, context);
      if (!isLeftOut(keys)) ranker.addValue(index, keys, bucket.key[`g${groups.length}`] as Key, bucket.doc_count);
    }
  }
  const rows = ranker.rows();
  checkAnswerRows(rows.length);
  return { type: 'aggregate', rows };
}

function statsOf(metric: Metric, index: number, mapping: IndexMapping): [string, Dsl][] {
  if (metric.op === 'count' || metric.op === 'distinct' || metric.op === 'percentile') return [];
  const field = engineField(columnOf(mapping, metric.field));
  return [[`m${index}`, metric.op === 'last' ? latest(field, metric.over) : { stats: { field } }]];
}

/** The latest of the documents that have a value and a time. */
const latest = (field: string, over: string): Dsl => ({
  filter: { bool: { filter: [{ exists: { field } }, { exists: { field: over } }] } },
  aggs: {
    latest: {
      top_hits: {
        size: 1,
        // An index without one of the fields would otherwise fail the whole search.
        sort: [{ [over]: { order: 'desc', unmapped_type: 'date' } }, { [ID_FIELD]: { order: 'desc', unmapped_type: 'keyword' } }],
        _source: false,
        docvalue_fields: [{ field }],
      },
    },
  },
});

interface LatestHit {
  /** The id is null in a document that orgscope did not write. */
  readonly sort: readonly [at: number, id: string | null];
  readonly fields: Readonly<Record<string, readonly [number]>>;
}

function statsFrom(metric: Metric, found: unknown): Stats | undefined {
  if (metric.op !== 'last') return found as Stats | undefined;
  const hit = (found as { readonly latest: { readonly hits: { readonly hits: readonly LatestHit[] } } }).latest.hits.hits[0];
  const value = hit === undefined ? undefined : Object.values(hit.fields)[0]?.[0];
  if (hit === undefined || value === undefined) return undefined;
  const [at, id] = hit.sort;
  return { count: 1, sum: value, min: value, max: value, latest: { at, id: id ?? '', value } };
}

function termsOf(field: string, mapping: IndexMapping): Dsl {
  return { terms: { field: engineField(columnOf(mapping, field)) } };
}

function sourceOf(group: Grouping, mapping: IndexMapping): Dsl {
  if (group.by === 'terms') return termsOf(group.field, mapping);
  const { field, interval } = group;
  const length =
    typeof interval === 'string' ? { calendar_interval: CALENDAR[interval] } : { fixed_interval: `${interval.seconds}s` };
  return { date_histogram: { field, ...length } };
}

const CALENDAR: Readonly<Record<CalendarUnit, string>> = { minute: '1m', hour: '1h', day: '1d', month: '1M' };

interface Bucket {
  readonly key: Readonly<Record<string, Key>>;
  readonly doc_count: number;
  readonly [name: string]: unknown;
}

/** Every group of documents that have a value of each source, page by page. */
async function* allGroups(context: Context, sources: readonly Dsl[], aggs: Dsl): AsyncGenerator<Bucket> {
  let after: unknown;
  for (let groups = 0; ; ) {
    const composite = {
      size: PAGE_GROUPS,
      sources: sources.map((source, index) => ({ [`g${index}`]: source })),
      ...(after === undefined ? {} : { after }),
    };
    const found = await search(context, { size: 0, track_total_hits: false, aggs: { groups: { composite, aggs } } });
    const page = found.aggregations?.groups as { readonly buckets: readonly Bucket[]; readonly after_key?: unknown } | undefined;
    yield* page?.buckets ?? [];
    groups += page?.buckets.length ?? 0;
    if (page === undefined || page.buckets.length < PAGE_GROUPS) return;
    if (groups >= MOST_GROUPS) {
      throw new OrgscopeError(
        'usage',
        `There are more than ${MOST_GROUPS} groups.`,
        'Narrow the question by a filter or a shorter time.',
      );
    }
    after = page.after_key;
  }
}

const keysOf = ({ key }: Bucket, groups: readonly Grouping[], { indices }: Context): Key[] =>
  groups.map((group, level) => {
    const value = key[`g${level}`] as Key;
    return group.field === '_index' ? (indices.get(String(value)) ?? value) : value;
  });
