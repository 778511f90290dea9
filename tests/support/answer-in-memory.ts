import type { Json } from '../../core/json.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { AggregateQuery, Answer, Filter, Grouping, Hit, Metric, Query } from '../../core/query.ts';

type Row = Record<string, string | number | boolean | null>;

const refuses = (what: string) => new OrgscopeError('usage', `The store in memory ${what}.`, 'Use the embedded store.');

/**
 * The answer to a question over the documents of its view. It knows the filters, groups and metrics that sweeps ask for, and refuses
 * other questions, so that no test relies on an answer that the store suite does not compare with the other stores.
 */
export function answerInMemory(query: Query, documents: readonly Hit[]): Answer {
  if (query.time !== undefined) throw refuses('chooses by no time');
  const found = documents.filter((document) => matches(query.filter, document));
  if (query.type === 'aggregate') return { type: 'aggregate', rows: grouped(query.groups, query.metrics, found) };
  const [by, ...more] = query.sort;
  if (by !== undefined && (by.field !== '_id' || by.direction !== 'asc' || more.length > 0)) throw refuses('sorts by ids alone');
  const sorted = found.toSorted((one, other) => (one._id < other._id ? -1 : 1));
  return { type: 'rows', total: found.length, hits: sorted.slice(query.offset, query.offset + query.limit) };
}

function matches(filter: Filter, document: Hit): boolean {
  const holds = (value: string | number | boolean) => (each: Json) => String(each) === String(value);
  switch (filter.type) {
    case 'all':
      return true;
    case 'and':
      return filter.filters.every((each) => matches(each, document));
    case 'not':
      return !matches(filter.filter, document);
    case 'term':
      return valuesOf(document, filter.field).some(holds(filter.value));
    case 'terms':
      return filter.values.some((value) => valuesOf(document, filter.field).some(holds(value)));
    case 'exists':
      return valuesOf(document, filter.field).length > 0;
    default:
      throw refuses(`has no filter ${filter.type}`);
  }
}

/** The values of a field: each element of a list, and nothing for null. */
function valuesOf({ _source }: Hit, field: string): readonly Json[] {
  let values: readonly Json[] = [_source];
  for (const part of field.split('.'))
    values = values.flatMap((value) => (value as Readonly<Record<string, Json>> | null)?.[part] ?? []);
  return values;
}

/** One row per combination of groups. The largest groups come first, equally large ones by their value, as in the other stores. */
function grouped(groups: AggregateQuery['groups'], metrics: readonly Metric[], documents: readonly Hit[]): Row[] {
  const [group, ...inner] = groups;
  if (group === undefined) return [Object.fromEntries(metrics.map((metric) => [metric.name, measured(metric, documents)]))];
  const members = new Map<string, Hit[]>();
  for (const document of documents) {
    for (const key of new Set(valuesOf(document, group.field).map((value) => keyIn(group, value)))) {
      const ofKey = members.get(key) ?? [];
      members.set(key, ofKey);
      ofKey.push(document);
    }
  }
  const ranked = [...members].sort(
    ([key, ofKey], [other, ofOther]) => (group.by === 'terms' ? ofOther.length - ofKey.length : 0) || (key < other ? -1 : 1),
  );
  const kept = group.by === 'terms' ? ranked.slice(0, group.size) : ranked;
  return kept.flatMap(([key, ofKey]) => grouped(inner, metrics, ofKey).map((row) => ({ [group.name]: key, ...row })));
}

function keyIn(group: Grouping, value: Json): string {
  if (group.by === 'terms') {
    if (group.order !== undefined || group.exceptPrefix !== undefined) throw refuses('orders groups by their size alone');
    return String(value);
  }
  if (group.interval !== 'day') throw refuses('knows no intervals but days');
  return `${new Date(String(value)).toISOString().slice(0, 10)}T00:00:00.000Z`;
}

function measured(metric: Metric, documents: readonly Hit[]): string | number | null {
  if (metric.op === 'count') return documents.length;
  if (metric.op !== 'sum' && metric.op !== 'max') throw refuses(`knows no ${metric.op}`);
  const values = documents.flatMap((document) => valuesOf(document, metric.field));
  if (metric.op === 'sum') return values.reduce<number>((sum, value) => sum + Number(value), 0);
  // Dates as text of one form sort as the times do.
  return values.map(String).toSorted().at(-1) ?? null;
}
