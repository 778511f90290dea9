import type { DuckDBConnection } from '@duckdb/node-api';
import { columnOf } from '../../core/check-question.ts';
import type { IndexMapping } from '../../core/field.ts';
import type { CalendarUnit } from '../../core/interval.ts';
import type { AggregateQuery, Answer, Grouping, Metric } from '../../core/query.ts';
import { checkAnswerRows, MOST } from '../../core/question-bounds.ts';
import type { TypedFilter } from '../../core/typed-filter.ts';
import { ADDS_UP, isoText, measured, metricSql, partsOf, type Source } from './metric-sql.ts';
import { identifier, literal, publishedOf, tableOf } from './schema.ts';
import { and, Statement } from './statement.ts';

/**
 * Answers with one row for each combination of groups. As with nested `terms` of an engine, each level keeps the best groups within their parent,
 * ranked by the metric over all rows of the group; the numbers are exact at every level.
 */
export async function answerAggregate(
  connection: DuckDBConnection,
  mapping: IndexMapping,
  query: AggregateQuery,
  conditions: TypedFilter,
  narrowed: string,
): Promise<Answer> {
  // SQL has no SELECT without columns.
  if (query.groups.length + query.metrics.length === 0) return { type: 'aggregate', rows: [{}] };
  const statement = new Statement(mapping);
  const selected: string[] = [];
  const lists: string[] = [];
  const present: string[] = [];
  for (const [level, group] of query.groups.entries()) {
    const { name, array } = columnOf(mapping, group.field);
    const column = identifier(name);
    selected.push(`${group.by === 'time' ? bucket(group, column) : column} AS g${level}`);
    if (array) lists.push(`g${level}`);
    else present.push(`${column} IS NOT NULL`);
  }
  const metricColumns = query.metrics.flatMap((metric, index) => {
    if (metric.op === 'count') return [];
    const value = `${identifier(metric.field)} AS m${index}`;
    // Among equally late documents the greatest id decides, on every store.
    return metric.op === 'last' ? [value, `row(${identifier(metric.over)}, _id) AS t${index}`] : [value];
  });
  const where = and(narrowed, statement.where(conditions), publishedOf(mapping), ...present);
  const rows = `SELECT ${[...selected, ...metricColumns, '1 AS one'].join(', ')} FROM ${tableOf(query.view)} WHERE ${where}`;
  // A document counts once per element of a list; lists are stored without duplicates. Unnesting them by a join would cost ten times as much.
  const elements = lists.reduce((from, list) => `SELECT * REPLACE (unnest(${list}) AS ${list}) FROM (${from})`, rows);
  const kept = query.groups.flatMap((group, level) =>
    group.by === 'terms' && group.exceptPrefix !== undefined
      ? [`NOT starts_with(g${level}, ${statement.bind(group.exceptPrefix)})`]
      : [],
  );
  const base = kept.length === 0 ? elements : `SELECT * FROM (${elements}) WHERE ${and(...kept)}`;

  const keys = query.groups.map((_, level) => `g${level}`);
  const ctes = [`base AS (${base})`];
  const [only] = query.groups;
  if (only?.by === 'terms' && query.groups.length === 1) {
    const best = `GROUP BY g0 ORDER BY ${ranking(only, 0, query.metrics, mapping, 'base')} LIMIT ${statement.bind(BigInt(only.size))}`;
    return ask(`SELECT ${columnsOf('base')} FROM base ${best}`);
  }
  // Where the metrics allow it, groups are ranked and added up from their partial results, which are few, and not from all rows again.
  const of: Source = keys.length > 0 && query.metrics.every(({ op }) => ADDS_UP[op]) ? 'grouped' : 'base';
  if (of === 'grouped')
    ctes.push(`grouped AS (SELECT ${[...keys, ...partsOf(query.metrics)].join(', ')} FROM base GROUP BY ${keys.join(', ')})`);
  let from: string = of;
  const ranks: string[] = [];
  for (const [level, group] of query.groups.entries()) {
    if (group.by === 'time') {
      ranks.push(`g${level}`);
      continue;
    }
    const down = keys.slice(0, level + 1).join(', ');
    const partition = level > 0 ? `PARTITION BY ${keys.slice(0, level).join(', ')} ` : '';
    ctes.push(
      `top${level} AS (SELECT ${down}, row_number() OVER (${partition}ORDER BY ${ranking(group, level, query.metrics, mapping, of)}) AS r${level}
        FROM ${from} GROUP BY ${down} QUALIFY r${level} <= ${statement.bind(BigInt(group.size))})`,
    );
    ctes.push(`kept${level} AS (SELECT * FROM ${from} JOIN top${level} USING (${down}))`);
    from = `kept${level}`;
    ranks.push(`min(r${level})`);
  }
  const grouping = keys.length > 0 ? ` GROUP BY ${keys.join(', ')} ORDER BY ${ranks.join(', ')}` : '';
  return ask(`SELECT ${columnsOf(of)} FROM ${from}${grouping} LIMIT ${MOST.answerRows + 1}`);

  async function ask(select: string): Promise<Answer> {
    const result = await connection.runAndReadAll(`WITH ${ctes.join(', ')} ${select}`, statement.parameters);
    checkAnswerRows(result.currentRowCount);
    return { type: 'aggregate', rows: result.getRowObjectsJS().map(plain) };
  }

  function columnsOf(source: Source): string {
    const groups = query.groups.map(
      (group, level) => `${group.by === 'time' ? isoText(`g${level}`) : `g${level}`} AS ${identifier(group.name)}`,
    );
    const metrics = query.metrics.map(
      (metric, index) => `${metricSql(metric, index, mapping, source)} AS ${identifier(metric.name)}`,
    );
    return [...groups, ...metrics].join(', ');
  }
}

function bucket({ interval }: Extract<Grouping, { by: 'time' }>, column: string): string {
  if (typeof interval === 'string') return CALENDAR[interval](column);
  return `time_bucket(INTERVAL ${literal(`${interval.seconds} seconds`)}, ${column}, TIMESTAMP '1970-01-01')`;
}

const CALENDAR: Readonly<Record<CalendarUnit, (column: string) => string>> = {
  minute: (column) => `date_trunc('minute', ${column})`,
  hour: (column) => `date_trunc('hour', ${column})`,
  // The cast costs half as much as date_trunc, and most charts are by day.
  day: (column) => `${column}::DATE`,
  month: (column) => `date_trunc('month', ${column})`,
};

function ranking(
  group: Extract<Grouping, { by: 'terms' }>,
  level: number,
  metrics: readonly Metric[],
  mapping: IndexMapping,
  of: Source,
): string {
  const { by, direction } = group.order ?? { by: '_count', direction: 'desc' as const };
  const way = direction === 'asc' ? 'ASC' : 'DESC';
  if (by === group.name) return `g${level} ${way}`;
  const index = metrics.findIndex((metric) => metric.name === by);
  const metric = metrics[index];
  const value = measured(metric ?? { name: '', op: 'count' }, index, mapping, of);
  return `${value} ${way} NULLS LAST, g${level} ASC`;
}

/** A row in the types of an answer. Counts fit a number: no store holds 2^53 documents. */
function plain(row: Record<string, unknown>): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'bigint') return [name, Number(value)];
      if (value instanceof Date) return [name, value.toISOString()];
      return [name, value as string | number | boolean | null];
    }),
  );
}
