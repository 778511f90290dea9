import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { FieldType, IndexMapping } from '../../core/field.ts';
import type { Json } from '../../core/json.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { AggregateQuery, Answer, Filter, Grouping, Metric, Query, RowsQuery, TimeRange } from '../../core/query.ts';
import { identifier, viewOf } from './schema.ts';

/** Compiles a query to SQL: values are always parameters, names always quoted. */
export async function answer(connection: DuckDBConnection, mapping: IndexMapping, query: Query): Promise<Answer> {
  return query.type === 'rows' ? answerRows(connection, mapping, query) : answerAggregate(connection, mapping, query);
}

class Statement {
  readonly parameters: DuckDBValue[] = [];
  readonly fields: ReadonlyMap<string, { type: FieldType; array: boolean }>;

  constructor(mapping: IndexMapping) {
    this.fields = new Map(mapping.fields.map((field) => [field.name, { type: field.type, array: field.array === true }]));
  }

  bind(value: DuckDBValue): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  /** A mapped field's column; any other path is looked up in the document. */
  column(name: string): { sql: string; type: FieldType; array: boolean; mapped: boolean } {
    if (name === '_index' || name === '_id') return { sql: name, type: 'keyword', array: false, mapped: true };
    const field = this.fields.get(name);
    if (field !== undefined && field.type !== 'flattened') return { sql: identifier(name), ...field, mapped: true };
    const path = `$${name
      .split('.')
      .map((key) => `."${key.replaceAll('"', '')}"`)
      .join('')}`;
    return { sql: `json_extract(document, ${this.bind(path)})`, type: 'keyword', array: false, mapped: false };
  }

  /** A value of the user's as one of the field's type. */
  value(value: string | number | boolean, type: FieldType): string {
    switch (type) {
      case 'long':
      case 'double':
        return `TRY_CAST(${this.bind(String(value))} AS DOUBLE)`;
      case 'decimal':
        return `TRY_CAST(${this.bind(String(value))} AS DECIMAL(38,18))`;
      case 'boolean':
        return `TRY_CAST(${this.bind(String(value))} AS BOOLEAN)`;
      case 'date':
        return `TRY_CAST(${this.bind(String(value))} AS TIMESTAMP)`;
      default:
        return `${this.bind(String(value))}::VARCHAR`;
    }
  }

  /** True where one of the field's values meets the test. */
  private any(name: string, test: (value: string, type: FieldType) => string): string {
    const column = this.column(name);
    if (column.array) return `coalesce(list_bool_or(list_transform(${column.sql}, lambda v: ${test('v', column.type)})), false)`;
    if (column.mapped) return `coalesce(${test(column.sql, column.type)}, false)`;
    // One text for a scalar, several for an array.
    const values = `CASE json_type(${column.sql}) WHEN 'ARRAY' THEN from_json(${column.sql}, '["VARCHAR"]') ELSE [${column.sql} ->> '$'] END`;
    return `coalesce(list_bool_or(list_transform(${values}, lambda v: ${test('v', 'keyword')})), false)`;
  }

  where(filter: Filter): string {
    switch (filter.type) {
      case 'all':
        return 'true';
      case 'and':
        return filter.filters.length === 0 ? 'true' : `(${filter.filters.map((part) => this.where(part)).join(' AND ')})`;
      case 'or':
        return filter.filters.length === 0 ? 'false' : `(${filter.filters.map((part) => this.where(part)).join(' OR ')})`;
      case 'not':
        return `NOT ${this.where(filter.filter)}`;
      case 'term':
        return this.any(filter.field, (value, type) => `${value} = ${this.value(filter.value, type)}`);
      case 'terms':
        if (filter.values.length === 0) return 'false';
        return this.any(
          filter.field,
          (value, type) => `${value} IN (${filter.values.map((one) => this.value(one, type)).join(', ')})`,
        );
      case 'prefix':
        return this.any(filter.field, (value) => `starts_with(${value}::VARCHAR, ${this.bind(filter.value)}::VARCHAR)`);
      case 'exists': {
        const column = this.column(filter.field);
        if (column.array) return `len(${column.sql}) > 0`;
        return column.mapped ? `${column.sql} IS NOT NULL` : `coalesce(json_type(${column.sql}), 'NULL') <> 'NULL'`;
      }
      case 'range': {
        const bounds = [
          ['>=', filter.gte],
          ['>', filter.gt],
          ['<=', filter.lte],
          ['<', filter.lt],
        ] as const;
        return this.any(filter.field, (value, type) => {
          const tests = bounds.flatMap(([operator, bound]) => {
            if (bound === undefined) return [];
            // Text against a number: a field of no mapping is compared as the bound is meant.
            if (type === 'keyword' && typeof bound === 'number')
              return [`TRY_CAST(${value} AS DOUBLE) ${operator} ${this.value(bound, 'double')}`];
            return [`${value} ${operator} ${this.value(bound, type)}`];
          });
          return tests.length === 0 ? 'true' : `(${tests.join(' AND ')})`;
        });
      }
      case 'text':
        return `contains(lower(document::VARCHAR), lower(${this.bind(filter.value)}::VARCHAR))`;
    }
  }
}

function conditions(statement: Statement, mapping: IndexMapping, filter: Filter, time: TimeRange | undefined): string {
  const where = statement.where(filter);
  if (time === undefined || mapping.timeField === null) return where;
  const column = identifier(mapping.timeField);
  return `${column} >= ${statement.value(time.from, 'date')} AND ${column} < ${statement.value(time.to, 'date')} AND ${where}`;
}

async function answerRows(connection: DuckDBConnection, mapping: IndexMapping, query: RowsQuery): Promise<Answer> {
  const counting = new Statement(mapping);
  const where = conditions(counting, mapping, query.filter, query.time);
  const table = viewOf(query.view);
  const total = await connection.runAndReadAll(`SELECT count(*) FROM ${table} WHERE ${where}`, counting.parameters);
  const statement = new Statement(mapping);
  const condition = conditions(statement, mapping, query.filter, query.time);
  const order = query.sort.map(
    ({ field, direction }) => `${statement.column(field).sql} ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`,
  );
  const rows = await connection.runAndReadAll(
    `SELECT _index, _id, document::VARCHAR FROM ${table} WHERE ${condition} ORDER BY ${[...order, '_id'].join(', ')}
     LIMIT ${statement.bind(BigInt(query.limit))} OFFSET ${statement.bind(BigInt(query.offset))}`,
    statement.parameters,
  );
  return {
    type: 'rows',
    total: Number(total.getRowsJson()[0]?.[0]),
    hits: rows.getRowsJson().map(([_index, _id, document]) => ({
      _index: String(_index),
      _id: String(_id),
      _source: JSON.parse(String(document)) as Json,
    })),
  };
}

/**
 * As an engine's nested terms: each level keeps its own best groups within its parent, ranked by the metric over all rows of the group; the
 * numbers are exact at every level.
 */
async function answerAggregate(connection: DuckDBConnection, mapping: IndexMapping, query: AggregateQuery): Promise<Answer> {
  const statement = new Statement(mapping);
  const selected: string[] = [];
  const joins: string[] = [];
  const present: string[] = [];
  for (const [level, group] of query.groups.entries()) {
    const column = statement.column(group.field);
    if (group.by === 'time') {
      selected.push(`strftime(date_trunc('${interval(group)}', ${column.sql}), '%Y-%m-%dT%H:%M:%S.000Z') AS g${level}`);
      present.push(`${column.sql} IS NOT NULL`);
    } else if (column.array) {
      // A document counts once per distinct element.
      joins.push(`, unnest(list_distinct(${column.sql})) AS u${level}(v${level})`);
      selected.push(`v${level} AS g${level}`);
    } else {
      const value = column.mapped ? column.sql : `${column.sql} ->> '$'`;
      selected.push(`${value} AS g${level}`);
      present.push(`${value} IS NOT NULL`);
    }
  }
  const metricColumns = query.metrics.flatMap((metric, index) =>
    metric.op === 'count' ? [] : [`${statement.column(metric.field).sql} AS m${index}`],
  );
  const where = [conditions(statement, mapping, query.filter, query.time), ...present].join(' AND ');
  const base = `SELECT ${[...selected, ...metricColumns, '1 AS one'].join(', ')} FROM ${viewOf(query.view)}${joins.join('')} WHERE ${where}`;

  const ctes = [`base AS (${base})`];
  let source = 'base';
  const ranks: string[] = [];
  for (const [level, group] of query.groups.entries()) {
    if (group.by === 'time') {
      ranks.push(`g${level}`);
      continue;
    }
    const keys = range(level + 1).map((key) => `g${key}`);
    const parents = keys.slice(0, -1);
    const partition = parents.length > 0 ? `PARTITION BY ${parents.join(', ')} ` : '';
    ctes.push(
      `top${level} AS (SELECT ${keys.join(', ')}, row_number() OVER (${partition}ORDER BY ${ranking(group, level, query.metrics)}) AS r${level}
        FROM ${source} GROUP BY ${keys.join(', ')} QUALIFY r${level} <= ${statement.bind(BigInt(group.size))})`,
    );
    ctes.push(`kept${level} AS (SELECT * FROM ${source} JOIN top${level} USING (${keys.join(', ')}))`);
    source = `kept${level}`;
    ranks.push(`min(r${level})`);
  }
  const keys = query.groups.map((_, level) => `g${level}`);
  const columns = [
    ...query.groups.map((group, level) => `g${level} AS ${identifier(group.name)}`),
    ...query.metrics.map((metric, index) => `${metricSql(metric, index, mapping)} AS ${identifier(metric.name)}`),
  ];
  const sql = `WITH ${ctes.join(', ')} SELECT ${columns.join(', ')} FROM ${source}${
    keys.length > 0 ? ` GROUP BY ${keys.join(', ')} ORDER BY ${ranks.join(', ')}` : ''
  }`;
  const result = await connection.runAndReadAll(sql, statement.parameters);
  return { type: 'aggregate', rows: result.getRowObjectsJS().map(plain) };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function interval(group: Extract<Grouping, { by: 'time' }>): string {
  const known = { hour: 'hour', day: 'day', month: 'month' } as const;
  return known[group.interval];
}

function ranking(group: Extract<Grouping, { by: 'terms' }>, level: number, metrics: readonly Metric[]): string {
  const { by, direction } = group.order ?? { by: '_count', direction: 'desc' as const };
  const way = direction === 'asc' ? 'ASC' : 'DESC';
  if (by === group.name) return `g${level} ${way}`;
  const index = metrics.findIndex((metric) => metric.name === by);
  const metric = metrics[index];
  if (metric === undefined && by !== '_count') {
    throw new OrgscopeError(
      'usage',
      `The group ${group.name} is ordered by ${by}, which is no metric.`,
      'Order by a metric or by the group itself.',
    );
  }
  const value =
    metric === undefined || metric.op === 'count'
      ? 'count(*)'
      : metric.op === 'distinct'
        ? `count(DISTINCT m${index})`
        : `${metric.op}(m${index})`;
  return `${value} ${way} NULLS LAST, g${level} ASC`;
}

function metricSql(metric: Metric, index: number, mapping: IndexMapping): string {
  if (metric.op === 'count') return 'count(*)';
  if (metric.op === 'distinct') return `count(DISTINCT m${index})`;
  const type = mapping.fields.find((field) => field.name === metric.field)?.type;
  const value = `${metric.op}(m${index})`;
  if (type === 'decimal') return `${value}::VARCHAR`;
  if (type === 'date') return `strftime(${value}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return type === undefined ? `${metric.op}(TRY_CAST(m${index} AS DOUBLE))` : `${value}::DOUBLE`;
}

/** BigInt counts fit a number: 2^53 documents are out of reach. */
function plain(row: Record<string, unknown>): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'bigint') return [name, Number(value)];
      if (value instanceof Date) return [name, value.toISOString()];
      return [name, value as string | number | boolean | null];
    }),
  );
}
