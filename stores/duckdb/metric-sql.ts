import { columnOf } from '../../core/check-question.ts';
import type { IndexMapping } from '../../core/field.ts';
import { thousandths } from '../../core/percentile.ts';
import type { Metric } from '../../core/query.ts';

/** What a metric is calculated from: all rows, or the partial results of each group that `partsOf` selects. */
export type Source = 'base' | 'grouped';

/** Whether the metric of several groups combined can be calculated from their partial results. */
export const ADDS_UP: Readonly<Record<Metric['op'], boolean>> = {
  count: true,
  sum: true,
  avg: true,
  min: true,
  max: true,
  distinct: false,
  percentile: false,
  last: false,
};

/** The partial results of a group: enough to calculate the metrics of the groups above it as well. */
export function partsOf(metrics: readonly Metric[]): string[] {
  const parts = metrics.flatMap((metric, index) => {
    if (metric.op === 'count' || !ADDS_UP[metric.op]) return [];
    if (metric.op === 'avg') return [`sum(m${index}) AS m${index}`, `count(m${index}) AS n${index}`];
    return [`${metric.op}(m${index}) AS m${index}`];
  });
  return ['count(*) AS rows', ...parts];
}

/** The value of a metric as an expression, in the type that DuckDB calculates it in: groups are ranked by it. */
export function measured(metric: Metric, index: number, mapping: IndexMapping, of: Source): string {
  if (metric.op === 'count') return of === 'base' ? 'count(*)' : 'sum(rows)::BIGINT';
  if (metric.op === 'avg' && of === 'grouped') return `(sum(m${index})::DOUBLE / nullif(sum(n${index}), 0))`;
  if (metric.op === 'percentile') return `quantile_disc(m${index}, ${(thousandths(metric.percent) / 100_000).toFixed(5)})`;
  if (metric.op === 'last')
    return `arg_max(m${index}, t${index}) FILTER (WHERE m${index} IS NOT NULL AND struct_extract_at(t${index}, 1) IS NOT NULL)`;
  if (metric.op !== 'distinct') return `${metric.op}(m${index})`;
  if (!columnOf(mapping, metric.field).array) return `count(DISTINCT m${index})`;
  return `coalesce(len(list_distinct(flatten(list(m${index}) FILTER (m${index} IS NOT NULL)))), 0)`;
}

/** The value of a metric as an expression, in the form of an answer: decimals are text, dates are ISO 8601. */
export function metricSql(metric: Metric, index: number, mapping: IndexMapping, of: Source): string {
  const value = measured(metric, index, mapping, of);
  if (metric.op === 'count' || metric.op === 'distinct') return value;
  const { type } = columnOf(mapping, metric.field);
  if (type === 'decimal') return `${value}::VARCHAR`;
  return type === 'date' ? isoText(value) : `${value}::DOUBLE`;
}

/** A time as ISO 8601 in UTC. */
export const isoText = (time: string): string => `strftime(${time}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ')`;
