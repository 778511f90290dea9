import { type Json, type JsonObject, memberAt } from '../../core/json.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS, JOINING_FUNCTIONS, LENGTHENING_FUNCTIONS } from './sql-functions.ts';

/**
 * Refuses a statement that does more than calculate from the views. The parts that a statement's tree may consist of are listed here, and every other
 * part is refused. Throws an OrgscopeError (`usage`) that names the part.
 */
export function checkSql(tree: Json, views: ReadonlySet<string>): void {
  if (isDeeper(tree, MOST_DEPTH))
    throw sqlProblem('the statement is nested too deeply', `Up to ${MOST_DEPTH / 2} levels are possible.`);
  const sources = sourcesOf(tree, new Map());
  if (sources > MOST_SOURCES)
    throw sqlProblem(`${sources} tables are read, counting each as often as it is named`, `Up to ${MOST_SOURCES} are possible.`);
  const growth = visit(tree, { growth: new Map([...views].map((view) => [view, 1])), views });
  if (growth <= MOST_GROWTH) return;
  throw sqlProblem(
    `texts and lists may become ${growth === Number.POSITIVE_INFINITY ? 'any' : `${growth}`} times as long as the ones they are made of`,
    `Join fewer of them: up to ${MOST_GROWTH} times is possible.`,
  );
}

export const sqlProblem = (message: string, next: string): OrgscopeError => new OrgscopeError('usage', `SQL: ${message}.`, next);

/**
 * How many times as long as a stored text a calculated one may become. DuckDB works on 2,048 rows in one step, and a step can't be interrupted: with
 * documents of 5 KB, this growth takes a gigabyte. The memory limit only ends a statement between two steps.
 */
const MOST_GROWTH = 100;

/** Levels of the tree; an expression takes two. Planning can't be interrupted, and DuckDB plans 900 nested sums in half a minute. */
const MOST_DEPTH = 240;

function isDeeper(tree: Json, most: number): boolean {
  let level: Json[] = [tree];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((part) => (part !== null && typeof part === 'object' ? Object.values(part) : []));
  }
  return false;
}

/** DuckDB plans a query of WITH anew wherever it is named: 28 of them that each name the previous one twice make 270 million. */
const MOST_SOURCES = 200;

/** How many tables a part reads; `named` holds the queries of WITH, each with the number of tables that it reads. */
function sourcesOf(part: Json | undefined, named: ReadonlyMap<string, number>): number {
  if (part === undefined || part === null || typeof part !== 'object') return 0;
  if (Array.isArray(part)) return part.reduce<number>((sum, inner) => sum + sourcesOf(inner, named), 0);
  if (part.type === 'BASE_TABLE') return named.get(String(part.table_name).toLowerCase()) ?? 1;
  const known = new Map(named);
  for (const { key, value } of withs(part)) known.set(key.toLowerCase(), Math.max(1, sourcesOf(value, known)));
  return Object.entries(part).reduce((sum, [key, inner]) => sum + (key === 'cte_map' ? 0 : sourcesOf(inner, known)), 0);
}

/** The queries that the WITH of a query names, in order. */
const withs = ({ cte_map }: JsonObject): { readonly key: string; readonly value: JsonObject }[] =>
  ((cte_map as JsonObject | undefined)?.map ?? []) as unknown as { key: string; value: JsonObject }[];

const CLASSES = new Set(
  `BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA LAMBDA_REF OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY
  WINDOW`.split(/\s+/),
);
/** Types of the parts that are no expressions: queries, sources, and clauses that limit or order. */
const TYPES = new Set(
  `SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE
  BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EMPTY EXPRESSION_LIST SHOW_REF PIVOT
  ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING`.split(/\s+/),
);
const SCHEMAS = ['', 'main'];
const CATALOGS = ['', 'orgscope'];

/** The tables that a part of the statement can name. */
interface Names {
  /** The views and the queries that WITH has named so far, each with how many times as long as a stored text its texts may be. */
  readonly growth: ReadonlyMap<string, number>;
  readonly views: ReadonlySet<string>;
}

/** How many times as long as a stored value the longest value below this part may become. */
function visit(part: Json | undefined, names: Names): number {
  if (part === undefined || part === null || typeof part !== 'object') return 1;
  if (Array.isArray(part)) return longest(part, names);
  const { class: expression, type } = part;
  if (typeof expression === 'string') return ofExpression(part, expression, names);
  if (typeof type === 'string' && !TYPES.has(type)) throw refused(type);
  switch (type) {
    case 'BASE_TABLE':
      return ofTable(part, names);
    case 'TABLE_FUNCTION': {
      const call = part.function as JsonObject;
      allow(call, ALLOWED_TABLE_FUNCTIONS, 'as a table');
      return visit(call.children, names);
    }
    case 'SHOW_REF':
      // SHOW without a query also lists other databases and settings.
      if (part.query === null && part.table_name !== '"tables"') throw refused('SHOW');
      return visit(part.query, names);
    default:
      return ofQuery(part, names);
  }
}

const longest = (parts: readonly Json[], names: Names): number =>
  parts.reduce<number>((most, part) => Math.max(most, visit(part, names)), 1);

/** A query of WITH is known to the queries after it and to the main query. A recursive one is also known to itself; each of its rounds is a step. */
function ofQuery(query: JsonObject, names: Names): number {
  const known = new Map(names.growth);
  for (const { key, value } of withs(query)) {
    const name = key.toLowerCase();
    const own = new Map(known);
    if (memberAt(value, 'query', 'node', 'type') === 'RECURSIVE_CTE_NODE') own.set(name, 1);
    known.set(name, visit(value, { ...names, growth: own }));
  }
  const { cte_map: _, from_table, ...rest } = query;
  const all = { ...names, growth: known };
  return visit(from_table, all) * longest(Object.values(rest), all);
}

function ofTable({ table_name, schema_name, catalog_name }: JsonObject, names: Names): number {
  const [table, schema, catalog] = [table_name, schema_name, catalog_name].map((name) => String(name ?? '').toLowerCase());
  const growth = names.growth.get(table ?? '');
  if (growth === undefined || !SCHEMAS.includes(schema ?? '') || !CATALOGS.includes(catalog ?? '')) {
    throw sqlProblem(
      `there is no view ${[catalog_name, schema_name, table_name].filter((name) => name !== '').join('.')}`,
      viewsHint(names.views),
    );
  }
  return growth;
}

/** The next step in a message about an unknown table or column. */
export const viewsHint = (views: ReadonlySet<string>): string =>
  `The views are ${[...views].join(', ')}; write names of columns that have dots in double quotes.`;

function ofExpression(part: JsonObject, expression: string, names: Names): number {
  if (!CLASSES.has(expression)) throw refused(expression);
  if (expression === 'CONSTANT') return 1;
  // An ARRAY takes its whole fixed length in each row of a step, even where it is null.
  if (expression === 'CAST') {
    if (/"(ARRAY|class)"/.test(JSON.stringify(part.cast_type))) throw refused('an ARRAY of fixed length');
    return visit(part.child, names);
  }
  if (typeof part.function_name !== 'string') return longest(Object.values(part), names);
  allow(part, ALLOWED_FUNCTIONS, 'here');
  const name = part.function_name.toLowerCase();
  const children = part.children as readonly Json[];
  const lengths = children.map((child) => visit(child, names));
  const { function_name: _, children: __, ...rest } = part;
  const others = longest(Object.values(rest), names);
  const sum = lengths.reduce((total, length) => total + length, 0);
  const most = Math.max(1, others, ...lengths);
  if (JOINING_FUNCTIONS.has(name)) return Math.max(others, sum);
  if (name === 'replace' || name === 'regexp_replace') return most * replacementLength(children[2]);
  if (children.some((child) => (child as JsonObject).class === 'LAMBDA'))
    return lengths.reduce((product, length) => product * length, others);
  return most * (LENGTHENING_FUNCTIONS.get(name) ?? 1);
}

/** The growth by a replacement: each character of the text may be replaced by it. */
function replacementLength(replacement: Json | undefined): number {
  const { class: expression, value } = (replacement ?? {}) as JsonObject;
  const text = expression === 'CONSTANT' ? (value as JsonObject).value : undefined;
  if (typeof text !== 'string') throw sqlProblem('the replacement of a text is no text in quotes', 'Write it as a constant.');
  return Math.max(1, text.length);
}

function allow({ function_name }: JsonObject, allowed: ReadonlySet<string>, where: string): void {
  const name = String(function_name);
  if (allowed.has(name.toLowerCase())) return;
  throw sqlProblem(
    `the function ${name} can't be called ${where}`,
    'Functions that calculate from their arguments can: on numbers, texts, dates, lists and JSON, aggregates and windows; as tables unnest, range, ' +
      'generate_series, json_each and json_tree.',
  );
}

const refused = (what: string): OrgscopeError => sqlProblem(`${what} is not possible`, 'Give one SELECT over the views.');
