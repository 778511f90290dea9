import { compareText } from '../../core/compare-text.ts';
import type { FieldType } from '../../core/field.ts';
import { rankOf } from '../../core/percentile.ts';
import type { AggregateAnswer, AggregateQuery, Grouping, Metric } from '../../core/query.ts';

export type Key = string | number | boolean;

/** The numbers of one metric over some documents, from which those of several groups are added up. */
export interface Stats {
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  /** The latest document, for a metric that takes its value. */
  readonly latest?: { readonly at: number; readonly id: string; readonly value: number };
}

/** The documents that have the same key on every level. */
export interface Leaf {
  readonly keys: readonly Key[];
  readonly count: number;
  /** One for each metric; undefined for metrics that need no stats. */
  readonly stats: readonly (Stats | undefined)[];
}

interface Group {
  count: number;
  readonly stats: (Stats | undefined)[];
  /** The values of a metric that needs them all, each with the number of its documents. */
  readonly values: (Map<Key, number> | undefined)[];
  readonly inner: Map<Key, Group>;
}

const emptyGroup = (): Group => ({ count: 0, stats: [], values: [], inner: new Map() });

/**
 * Adds leaves up to groups and yields the best groups of each level within their parent, ranked by the metric over all documents of the group. The
 * numbers are exact for any number of shards.
 */
export function groupRanker(query: Pick<AggregateQuery, 'groups' | 'metrics'>, typeOf: (field: string) => FieldType) {
  const root = emptyGroup();
  const { groups, metrics } = query;

  const pathTo = (keys: readonly Key[]): Group[] => {
    const path = [root];
    for (const key of keys) {
      const { inner } = path.at(-1) as Group;
      let group = inner.get(key);
      if (group === undefined) {
        group = emptyGroup();
        inner.set(key, group);
      }
      path.push(group);
    }
    return path;
  };

  function measured(group: Group, metric: Metric, index: number): number | null {
    if (metric.op === 'count') return group.count;
    if (metric.op === 'distinct') return group.values[index]?.size ?? 0;
    if (metric.op === 'percentile') return percentileOf(group.values[index], metric.percent);
    const stats = group.stats[index];
    if (stats === undefined || stats.count === 0) return null;
    if (metric.op === 'last') return stats.latest?.value ?? null;
    return metric.op === 'avg' ? stats.sum / stats.count : stats[metric.op];
  }

  /** The value that ranks a group. Equal sums may differ in their last bits by the order of addition, so these bits do not count. */
  function rankBy(group: Group, metric: Metric, index: number): number | null {
    const value = measured(group, metric, index);
    return value === null || (metric.op !== 'sum' && metric.op !== 'avg') ? value : Number(value.toPrecision(12));
  }

  function ranked(group: Group, grouping: Grouping): [Key, Group][] {
    const inner = [...group.inner];
    if (grouping.by === 'time') return inner.sort(([a], [b]) => compareKeys(a, b));
    const { by, direction } = grouping.order ?? { by: '_count', direction: 'desc' as const };
    const sign = direction === 'asc' ? 1 : -1;
    if (by === grouping.name) {
      inner.sort(([a], [b]) => sign * compareKeys(a, b));
    } else {
      const index = metrics.findIndex(({ name }) => name === by);
      const metric: Metric = metrics[index] ?? { name: by, op: 'count' };
      const values = new Map(inner.map(([key, one]) => [key, rankBy(one, metric, index)]));
      inner.sort(([a], [b]) => compareValues(values.get(a) ?? null, values.get(b) ?? null, sign) || compareKeys(a, b));
    }
    return inner.slice(0, grouping.size);
  }

  function shown(metric: Metric, index: number, group: Group): string | number | null {
    const value = measured(group, metric, index);
    if (value === null || metric.op === 'count' || metric.op === 'distinct') return value;
    const type = typeOf(metric.field);
    if (type === 'date') return new Date(value).toISOString();
    return type === 'decimal' ? decimalText(value) : value;
  }

  function* rows(
    group: Group,
    level: number,
    outer: AggregateAnswer['rows'][number],
  ): Generator<AggregateAnswer['rows'][number]> {
    const grouping = groups[level];
    if (grouping === undefined) {
      yield { ...outer, ...Object.fromEntries(metrics.map((metric, index) => [metric.name, shown(metric, index, group)])) };
      return;
    }
    const isDate = grouping.by === 'time' || typeOf(grouping.field) === 'date';
    for (const [key, inner] of ranked(group, grouping)) {
      yield* rows(inner, level + 1, { ...outer, [grouping.name]: isDate ? new Date(Number(key)).toISOString() : key });
    }
  }

  return {
    add({ keys, count, stats }: Leaf): void {
      for (const group of pathTo(keys)) {
        group.count += count;
        for (const [index, more] of stats.entries()) if (more !== undefined) group.stats[index] = sumOf(group.stats[index], more);
      }
    },
    /** A value of a `distinct` or `percentile` metric, and how many documents of the group of these keys have it. */
    addValue(index: number, keys: readonly Key[], value: Key, documents: number): void {
      for (const group of pathTo(keys)) {
        group.values[index] ??= new Map();
        const values = group.values[index];
        values.set(value, (values.get(value) ?? 0) + documents);
      }
    },
    rows: (): AggregateAnswer['rows'] => [...rows(root, 0, {})],
  };
}

function sumOf(a: Stats | undefined, b: Stats): Stats {
  if (a === undefined || a.count === 0) return b;
  if (b.count === 0) return a;
  const latest = later(a.latest, b.latest);
  return {
    ...(latest === undefined ? {} : { latest }),
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min as number, b.min as number),
    max: Math.max(a.max as number, b.max as number),
  };
}

function later(a: Stats['latest'], b: Stats['latest']): Stats['latest'] {
  if (a === undefined || b === undefined) return a ?? b;
  return (a.at - b.at || compareText(a.id, b.id)) >= 0 ? a : b;
}

function percentileOf(values: ReadonlyMap<Key, number> | undefined, percent: number): number | null {
  if (values === undefined) return null;
  const sorted = [...values].map(([value, documents]) => ({ value: Number(value), documents })).sort((a, b) => a.value - b.value);
  let left = rankOf(
    percent,
    sorted.reduce((sum, { documents }) => sum + documents, 0),
  );
  for (const { value, documents } of sorted) {
    left -= documents;
    if (left <= 0) return value;
  }
  return null;
}

function compareValues(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return sign * (a - b);
}

function compareKeys(a: Key, b: Key): number {
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : Number(a) - Number(b);
}

/** A number without an exponent, as DuckDB prints a DECIMAL. */
function decimalText(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Math.abs(value) < 1 ? value.toFixed(18).replace(/\.?0+$/, '') : BigInt(value).toString();
}
