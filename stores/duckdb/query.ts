import { type DuckDBConnection, type DuckDBValue, listValue } from '@duckdb/node-api';
import { checkQuestion, columnOf } from '../../core/check-question.ts';
import type { FieldType, IndexMapping } from '../../core/field.ts';
import type { CalendarUnit } from '../../core/interval.ts';
import type { Json } from '../../core/json.ts';
import { thousandths } from '../../core/percentile.ts';
import type { AggregateQuery, Answer, Grouping, Metric, Query, RowsQuery } from '../../core/query.ts';
import { checkAnswerRows, MOST } from '../../core/question-bounds.ts';
import { isText, type KnownField, type TypedFilter, type TypedValue, typedConditions } from '../../core/typed-filter.ts';
import type { WildcardPart } from '../../core/wildcard.ts';
import { findAddresses } from './find-addresses.ts';
import { identifier, isTreeSql, jsonPath, literal, pathStep, printedSql, publishedOf, tableOf } from './schema.ts';

/** Compiles a query to SQL: values are always parameters, names always quoted. */
export async function answer(connection: DuckDBConnection, mapping: IndexMapping, query: Query): Promise<Answer> {
  checkQuestion(mapping, query);
  const conditions = await findAddresses(connection, mapping, typedConditions(mapping, query));
  return query.type === 'rows'
    ? answerRows(connection, mapping, query, conditions)
    : answerAggregate(connection, mapping, query, conditions);
}

class Statement {
  readonly parameters: DuckDBValue[] = [];
  private readonly mapping: IndexMapping;

  constructor(mapping: IndexMapping) {
    this.mapping = mapping;
  }

  bind(value: DuckDBValue): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  private value(value: TypedValue, type: FieldType): string {
    switch (type) {
      case 'long':
      case 'double':
        // As text: the binding takes whole numbers for integers, of which there are fewer.
        return `${this.bind(String(value))}::DOUBLE`;
      case 'decimal':
        return `TRY_CAST(${this.bind(value)}::VARCHAR AS DECIMAL(38,18))`;
      case 'boolean':
        return `${this.bind(value)}::BOOLEAN`;
      case 'date':
        return `epoch_ms(${this.bind(BigInt(value))}::BIGINT)`;
      default:
        return `${this.bind(value)}::VARCHAR`;
    }
  }

  /** True where one of the field's values meets the test; null or false elsewhere. */
  private any(field: KnownField, test: (value: string) => string, needle = ''): string {
    const ofList = (list: string) => `list_bool_or(list_transform(${list}, lambda v: ${test('v')}))`;
    if (field.root !== undefined) return this.ifHolds([nameNeedle(field), needle], ofList(leavesAt(field.name, field.root)));
    if (field.prints !== undefined) return this.ifHolds([printedNeedle(needle)], test(printedSql(field.prints)));
    const column = identifier(field.name);
    return field.array ? ofList(column) : test(column);
  }

  /** Taking a document apart costs twenty times as much as looking for a word in it: so that is done first. */
  private ifHolds(needles: readonly string[], condition: string): string {
    const first = needles.filter((needle) => needle !== '').map((needle) => `contains(document::VARCHAR, ${this.bind(needle)})`);
    return first.length === 0 ? condition : `CASE WHEN ${first.join(' AND ')} THEN ${condition} ELSE false END`;
  }

  /** True where the filter is met; elsewhere false, or null as SQL has it. */
  where(filter: TypedFilter): string {
    const parts = filter.type === 'and' ? filter.filters : [filter];
    const tests = parts.filter((part) => !holdsText(part)).map((part) => this.test(part));
    const withText = parts.filter(holdsText);
    if (withText.length > 0) tests.push(this.overTexts({ type: 'and', filters: withText }));
    return tests.length === 0 ? 'true' : tests.join(' AND ');
  }

  /**
   * All texts of a document are brought together once, however many words are sought in them: each time takes megabytes. That costs twenty times as much
   * as looking for a word in the document, so it is done only where words are found there that may decide.
   */
  private overTexts(filter: TypedFilter): string {
    const texts = `CASE WHEN ${this.mayDecide(filter)} THEN ${this.allTexts(textsIn(filter))} END`;
    // What else it asks is told beside them: a lambda can't hold all that a condition can.
    const others: string[] = [];
    const met = this.besides(filter, others);
    return `list_transform([{${[`'texts': ${texts}`, ...others].join(', ')}}], lambda known: ${met})[1]`;
  }

  private besides(filter: TypedFilter, others: string[]): string {
    if (filter.type === 'text') return `contains(known.texts, ${this.bind(filter.value.toLowerCase())}::VARCHAR)`;
    if (!holdsText(filter)) {
      others.push(`'c${others.length}': ${this.test(filter)}`);
      return `known.c${others.length - 1}`;
    }
    const parts = innerOf(filter).map((part) => this.besides(part, others));
    return filter.type === 'not'
      ? `NOT coalesce(${parts.join()}, false)`
      : `(${parts.join(filter.type === 'and' ? ' AND ' : ' OR ')})`;
  }

  /** Where this is false, the filter is what it is without any of its texts. */
  private mayDecide(filter: TypedFilter): string {
    switch (filter.type) {
      case 'text': {
        const needle = needleOf(filter.value.toLowerCase());
        return needle === '' ? 'true' : `contains(lower(document::VARCHAR), ${this.bind(needle)})`;
      }
      case 'not':
        return this.mayDecide(filter.filter);
      case 'and': {
        // What fails one of its words fails, whatever the others are; that is not so of words that must not be there.
        const sure = filter.filters.filter((part) => holdsText(part) && !negatesText(part));
        if (sure.length > 0) return `(${sure.map((part) => this.mayDecide(part)).join(' AND ')})`;
        return this.oneMayDecide(filter.filters);
      }
      case 'or':
        return this.oneMayDecide(filter.filters);
      default:
        return 'false';
    }
  }

  private oneMayDecide(filters: readonly TypedFilter[]): string {
    return `(${filters
      .filter(holdsText)
      .map((part) => this.mayDecide(part))
      .join(' OR ')})`;
  }

  private allTexts(sought: readonly string[]): string {
    const between = literal(separatorNotIn(sought.join('')));
    const fields = this.mapping.fields.filter(({ type }) => type !== 'flattened' && type !== 'printed' && isText(type));
    const single = fields.filter(({ array }) => array !== true).map(({ name }) => identifier(name));
    const lists = fields.filter(({ array }) => array === true).map(({ name }) => identifier(name));
    const roots = flattenedRoots(this.mapping);
    const listed = roots.length === 0 ? lists : [...lists, leavesUnder(...roots)];
    const fromLists = listed.length === 0 ? [] : [`array_to_string(flatten([${listed.join(', ')}]), ${between})`];
    return `lower(concat_ws(${[between, ...single, ...fromLists].join(', ')}))`;
  }

  private test(filter: TypedFilter): string {
    switch (filter.type) {
      case 'all':
        return 'true';
      case 'none':
        return 'false';
      case 'and':
        return filter.filters.length === 0 ? 'true' : `(${filter.filters.map((part) => this.test(part)).join(' AND ')})`;
      case 'or':
        return filter.filters.length === 0 ? 'false' : `(${filter.filters.map((part) => this.test(part)).join(' OR ')})`;
      case 'not':
        return `NOT coalesce(${this.test(filter.filter)}, false)`;
      case 'is': {
        const { field, values } = filter;
        if (field.type === 'ip') return this.isAddress(field, values.map(String));
        const needle = values.length === 1 ? needleOf(String(values[0])) : '';
        return this.any(field, (value) => `${value} IN (${values.map((one) => this.value(one, field.type)).join(', ')})`, needle);
      }
      case 'prefix':
        return this.any(
          filter.field,
          (value) => `starts_with(${value}, ${this.bind(filter.value)}::VARCHAR)`,
          needleOf(filter.value),
        );
      case 'wildcard': {
        const texts = filter.parts.flatMap((part) => (part.type === 'text' ? [needleOf(part.text)] : []));
        return this.any(filter.field, (value) => this.like(value, filter.parts), longest(texts));
      }
      case 'exists': {
        const { field } = filter;
        if (field.prints !== undefined) return isTreeSql(field.prints);
        if (!field.array) return `${identifier(field.name)} IS NOT NULL`;
        return field.root === undefined
          ? `len(${identifier(field.name)}) > 0`
          : this.any(field, (value) => `${value} IS NOT NULL`);
      }
      case 'between':
        return this.any(filter.field, (value) => {
          const tests = OPERATORS.flatMap(([bound, operator]) => {
            const limit = filter.bounds[bound];
            return limit === undefined ? [] : [`${value} ${operator} ${this.value(limit, filter.field.type)}`];
          });
          return `(${tests.join(' AND ')})`;
        });
      case 'text':
        return this.overTexts(filter);
    }
  }

  /** Not LIKE, whose time is a power of the number of stars. */
  private like(value: string, parts: readonly WildcardPart[]): string {
    const [first, text, last] = parts;
    if (text?.type === 'text' && first?.type === 'any') {
      if (parts.length === 2) return `ends_with(${value}, ${this.bind(text.text)}::VARCHAR)`;
      if (parts.length === 3 && last?.type === 'any') return `contains(${value}, ${this.bind(text.text)}::VARCHAR)`;
    }
    const pattern = parts.map((part) => (part.type === 'any' ? '.*' : part.type === 'one' ? '.' : escapeRegexp(part.text)));
    return `regexp_full_match(${value}, ${this.bind(pattern.join(''))}::VARCHAR, 's')`;
  }

  /** However many the addresses are, and without a subquery for each element of a list, which DuckDB does not know. */
  private isAddress({ name, array }: KnownField, addresses: readonly string[]): string {
    const wanted = `(SELECT unnest(${this.bind(listValue(addresses))}::VARCHAR[]))`;
    const column = identifier(name);
    return array
      ? `rowid IN (SELECT row FROM (SELECT rowid AS row, unnest(${column}) AS value FROM ${tableOf(this.mapping.view)}) WHERE value IN ${wanted})`
      : `${column} IN ${wanted}`;
  }
}

const innerOf = (filter: TypedFilter): readonly TypedFilter[] =>
  filter.type === 'and' || filter.type === 'or' ? filter.filters : filter.type === 'not' ? [filter.filter] : [];
const holdsText = (filter: TypedFilter): boolean => filter.type === 'text' || innerOf(filter).some(holdsText);
const negatesText = (filter: TypedFilter): boolean =>
  filter.type === 'not' ? holdsText(filter) : innerOf(filter).some(negatesText);
const textsIn = (filter: TypedFilter): readonly string[] =>
  filter.type === 'text' ? [filter.value.toLowerCase()] : innerOf(filter).flatMap(textsIn);

/** Of the characters that nobody writes, one that the text does not hold: no text is found across two values. */
function separatorNotIn(text: string): string {
  let code = 0xe000;
  while (text.includes(String.fromCharCode(code))) code++;
  return String.fromCharCode(code);
}

const OPERATORS = [
  ['gte', '>='],
  ['gt', '>'],
  ['lte', '<='],
  ['lt', '<'],
] as const;

/** The longest part of a text that JSON can write in one way only: what does not hold it can't hold the text. */
const needleOf = (text: string): string => longest(text.match(/[A-Za-z0-9 _.:=-]+/g) ?? []);
const nameNeedle = ({ name, root = '' }: KnownField): string =>
  longest(name.slice(root.length).match(/[A-Za-z0-9 _:=-]+/g) ?? []);
/** What of a printed text stands in the document as it is: not the signs that it has between texts. */
const printedNeedle = (needle: string): string => longest(needle.split(/[= ]/));
const escapeRegexp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const longest = (texts: readonly string[]): string => texts.reduce((best, text) => (text.length > best.length ? text : best), '');

/**
 * The texts at a path inside a flattened field, through lists, and wherever a key has dots itself, as tags do: what engines index. Each part of the
 * path is named twice, as a key by itself and as the first part of a key with dots, so that the expression grows with the path and not with the ways
 * through it.
 */
function leavesAt(name: string, root: string): string {
  if (name === root) return leavesUnder(root);
  const keys = name.slice(root.length + 1).split('.');
  return texts(valuesAt(keys, `json_extract(document, ${literal(jsonPath(root))})`));
}

function valuesAt(keys: readonly string[], node: string, level = 0): string {
  const [key = '', ...rest] = keys;
  const whole = membersOf(node, keys.join('.'));
  if (rest.length === 0) return whole;
  const inner = `v${level}`;
  return `flatten([${whole}, flatten(list_transform(${membersOf(node, key)}, lambda ${inner}: ${valuesAt(rest, inner, level + 1)}))])`;
}

/** What a member holds: the entries of a list, or the one value. */
function membersOf(node: string, key: string): string {
  const path = `$${pathStep(key)}`;
  return `CASE WHEN json_type(${node}, ${literal(path)}) = 'ARRAY' THEN json_extract(${node}, ${literal(`${path}[*]`)}) ELSE [json_extract(${node}, ${literal(path)})] END`;
}

function leavesUnder(...roots: readonly string[]): string {
  const found = roots.map((root) => `json_extract(document, ${literal(`${jsonPath(root)}.**`)})`);
  return texts(found.length === 1 ? found.join() : `flatten([${found.join(', ')}])`);
}
const texts = (values: string): string =>
  `list_transform(list_filter(${values}, lambda j: json_type(j) NOT IN ('OBJECT', 'ARRAY', 'NULL')), lambda j: j ->> '$')`;

/** The fewest paths that hold all flattened fields and no other: each costs a pass over the document. */
function flattenedRoots({ fields }: IndexMapping): readonly string[] {
  const others = fields.filter(({ type }) => type !== 'flattened').map(({ name }) => name);
  const roots = fields
    .filter(({ type }) => type === 'flattened')
    .map(({ name }) => {
      const keys = name.split('.');
      const parents = keys.map((_, index) => keys.slice(0, index + 1).join('.'));
      return parents.find((parent) => !others.some((other) => `${other}.`.startsWith(`${parent}.`))) ?? name;
    });
  return [...new Set(roots)];
}

async function answerRows(
  connection: DuckDBConnection,
  mapping: IndexMapping,
  query: RowsQuery,
  conditions: TypedFilter,
): Promise<Answer> {
  const counting = new Statement(mapping);
  const table = tableOf(query.view);
  const total = await connection.runAndReadAll(
    `SELECT count(*) FROM ${table} WHERE ${and(counting.where(conditions), publishedOf(mapping))}`,
    counting.parameters,
  );
  const statement = new Statement(mapping);
  const condition = and(statement.where(conditions), publishedOf(mapping));
  const order = query.sort.map(({ field, direction }) => {
    const { name, array } = columnOf(mapping, field);
    // As engines do: a list stands where its first or its last value would.
    const value = array ? `${direction === 'asc' ? 'list_min' : 'list_max'}(${identifier(name)})` : identifier(name);
    return `${value} ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`;
  });
  const by = [...order, '_id'].join(', ');
  const [limit, offset] = [statement.bind(BigInt(query.limit)), statement.bind(BigInt(query.offset))];
  const rows = await connection.runAndReadAll(
    // Documents are taken apart only where they are returned, however far down: the order is found without them.
    `SELECT _index, _id, document FROM ${table} WHERE rowid IN (
       SELECT rowid FROM ${table} WHERE ${condition} ORDER BY ${by} LIMIT ${limit} OFFSET ${offset}
     ) ORDER BY ${by}`,
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
async function answerAggregate(
  connection: DuckDBConnection,
  mapping: IndexMapping,
  query: AggregateQuery,
  conditions: TypedFilter,
): Promise<Answer> {
  // Asked for nothing of everything; SQL has no such SELECT.
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
    // Of equally late documents the greatest id decides, on every store.
    return metric.op === 'last' ? [value, `row(${identifier(metric.over)}, _id) AS t${index}`] : [value];
  });
  const where = and(statement.where(conditions), publishedOf(mapping), ...present);
  const rows = `SELECT ${[...selected, ...metricColumns, '1 AS one'].join(', ')} FROM ${tableOf(query.view)} WHERE ${where}`;
  // A document counts once per element: lists are stored without repetition. Taken apart here and not by a join, which costs ten times as much.
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
  // What ranks and what is kept is calculated from the groups, of which there are few, and not from the rows again, where the metrics allow it.
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

const and = (...conditions: readonly string[]): string => conditions.filter((condition) => condition !== '').join(' AND ');

/** What a number is told from: all rows, or what `partsOf` keeps of each group. */
type Source = 'base' | 'grouped';

/** Whether the numbers of groups give the number of all of them together. */
const ADDS_UP: Readonly<Record<Metric['op'], boolean>> = {
  count: true,
  sum: true,
  avg: true,
  min: true,
  max: true,
  distinct: false,
  percentile: false,
  last: false,
};

/** Of each group, as much as gives the metrics of the groups above it too. */
function partsOf(metrics: readonly Metric[]): string[] {
  const parts = metrics.flatMap((metric, index) => {
    if (metric.op === 'count' || !ADDS_UP[metric.op]) return [];
    if (metric.op === 'avg') return [`sum(m${index}) AS m${index}`, `count(m${index}) AS n${index}`];
    return [`${metric.op}(m${index}) AS m${index}`];
  });
  return ['count(*) AS rows', ...parts];
}

function bucket({ interval }: Extract<Grouping, { by: 'time' }>, column: string): string {
  if (typeof interval === 'string') return CALENDAR[interval](column);
  return `time_bucket(INTERVAL ${literal(`${interval.seconds} seconds`)}, ${column}, TIMESTAMP '1970-01-01')`;
}

const CALENDAR: Readonly<Record<CalendarUnit, (column: string) => string>> = {
  minute: (column) => `date_trunc('minute', ${column})`,
  hour: (column) => `date_trunc('hour', ${column})`,
  // Half the price of truncating, and most charts are by day.
  day: (column) => `${column}::DATE`,
  month: (column) => `date_trunc('month', ${column})`,
};

const isoText = (time: string): string => `strftime(${time}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ')`;

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

function measured(metric: Metric, index: number, mapping: IndexMapping, of: Source): string {
  if (metric.op === 'count') return of === 'base' ? 'count(*)' : 'sum(rows)::BIGINT';
  if (metric.op === 'avg' && of === 'grouped') return `(sum(m${index})::DOUBLE / nullif(sum(n${index}), 0))`;
  if (metric.op === 'percentile') return `quantile_disc(m${index}, ${(thousandths(metric.percent) / 100_000).toFixed(5)})`;
  if (metric.op === 'last')
    return `arg_max(m${index}, t${index}) FILTER (WHERE m${index} IS NOT NULL AND struct_extract_at(t${index}, 1) IS NOT NULL)`;
  if (metric.op !== 'distinct') return `${metric.op}(m${index})`;
  if (!columnOf(mapping, metric.field).array) return `count(DISTINCT m${index})`;
  return `coalesce(len(list_distinct(flatten(list(m${index}) FILTER (m${index} IS NOT NULL)))), 0)`;
}

function metricSql(metric: Metric, index: number, mapping: IndexMapping, of: Source): string {
  const value = measured(metric, index, mapping, of);
  if (metric.op === 'count' || metric.op === 'distinct') return value;
  const { type } = columnOf(mapping, metric.field);
  if (type === 'decimal') return `${value}::VARCHAR`;
  return type === 'date' ? isoText(value) : `${value}::DOUBLE`;
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
