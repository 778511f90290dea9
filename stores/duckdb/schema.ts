import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Field, FieldType, IndexMapping } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { IndexView } from '../../core/query.ts';
import { transaction } from './transaction.ts';

/**
 * Yields the tables: for each view one in the schema `store`, with its internals, and one view in `main` for SQL from outside,
 * named with `-` as `_`. Columns are the mapped fields under their dotted names; `document` holds the whole body, so that a changed
 * mapping is a copy of the table and never a loss.
 */

/** Raised whenever the tables change in a way that an older orgscope would misread. */
export const SCHEMA_VERSION = 1;

/** The types of fields that are columns: values of the others are read from the document. */
type ColumnType = Exclude<FieldType, 'flattened' | 'printed'>;

const TYPES: Readonly<Record<ColumnType, string>> = {
  keyword: 'VARCHAR',
  text: 'VARCHAR',
  ip: 'VARCHAR',
  date: 'TIMESTAMP',
  long: 'BIGINT',
  double: 'DOUBLE',
  decimal: 'DECIMAL(38,18)',
  boolean: 'BOOLEAN',
};

/** The types that JSON values are read as before they are cast: text where the cast needs the digits as written. */
const READ_AS: Readonly<Record<ColumnType, string>> = { ...TYPES, date: 'VARCHAR', decimal: 'VARCHAR' };

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** The table with its internals. */
export const tableOf = (view: IndexView): string => `store.${view.replaceAll('-', '_')}`;
/** The view for SQL from outside; of deliveries it shows only published ones. */
export const viewOf = (view: IndexView): string => `main.${view.replaceAll('-', '_')}`;

/** The condition for visible rows; empty where all rows are visible. */
export const publishedOf = ({ delivery }: IndexMapping): string =>
  delivery === undefined ? '' : '_attempt IN (SELECT attempt FROM store.deliveries WHERE published)';

/** Fields that are columns; flattened and printed ones are read from the document. */
export const columnsOf = (mapping: IndexMapping): (Field & { type: ColumnType })[] =>
  mapping.fields.filter((field): field is Field & { type: ColumnType } => field.type in TYPES);

/** The path of a field in the document, as JSON functions take it. */
export const jsonPath = (name: string): string => `$${name.split('.').map(pathStep).join('')}`;
export const pathStep = (key: string): string => `."${key.replaceAll('"', '')}"`;

/**
 * An expression for the text of a flattened field as `core/print-tree.ts` prints it: strings without their quotes and escapes, joined by other signs.
 * It takes 15 µs for a document, so questions evaluate it only for documents that hold a word of it.
 */
export const printedSql = (prints: string): string => {
  const tokens = `regexp_extract_all(json_extract(document, ${literal(jsonPath(prints))})::VARCHAR, '"(?:[^"\\\\]|\\\\.)*"|[^"]+')`;
  const text = `CASE WHEN starts_with(t, '"') THEN json_extract_string(t, '$') ELSE replace(replace(t, ':', '='), ',', ', ') END`;
  return `CASE WHEN ${isTreeSql(prints)} THEN array_to_string(list_transform(${tokens}, lambda t: ${text}), '') END`;
};

/** An expression that is true where the field holds an object or a list: only these are printed. */
export const isTreeSql = (name: string): string =>
  `coalesce(json_type(document, ${literal(jsonPath(name))}) IN ('OBJECT', 'ARRAY'), false)`;

const columnType = (field: { type: ColumnType; array?: boolean }): string =>
  `${TYPES[field.type]}${field.array === true ? '[]' : ''}`;

/**
 * The column expressions over a parsed document, and the structure to parse it into. A value that does not fit its field becomes
 * null in the column and stays in the document, as with an engine's `ignore_malformed`; one value where a list is expected is a list of one.
 * Lists are stored without duplicates, so that questions need not remove them.
 */
export function parseExpressions(mapping: IndexMapping): { structure: string; select: readonly string[] } {
  const root: { [key: string]: unknown } = {};
  const select: string[] = [];
  for (const field of columnsOf(mapping)) {
    const keys = field.name.split('.');
    let node = root;
    for (const key of (field.within ?? field.name).split('.').slice(0, -1)) {
      node[key] ??= {};
      node = node[key] as { [key: string]: unknown };
    }
    const readAs = READ_AS[field.type];
    let access = `parsed${keys.map((key) => `[${literal(key)}]`).join('')}`;
    if (field.within !== undefined) {
      access = fromObjects(node, field.name, field.within, readAs);
    } else if (field.array === true) {
      node[keys.at(-1) as string] = 'JSON';
      const text = `${access}::VARCHAR`;
      const list = `CASE WHEN starts_with(${text}, '[') THEN ${text} ELSE '[' || ${text} || ']' END`;
      access = `json_transform(${list}, ${literal(JSON.stringify([readAs]))})`;
    } else {
      node[keys.at(-1) as string] = readAs;
    }
    const value = readAs === TYPES[field.type] ? access : `TRY_CAST(${access} AS ${columnType(field)})`;
    select.push(field.array === true ? `list_sort(list_distinct(${value}))` : value);
  }
  return { structure: JSON.stringify(root), select };
}

/** An expression for the values of a field in a list of objects; adds the list to the structure `node`. */
function fromObjects(node: { [key: string]: unknown }, name: string, within: string, readAs: string): string {
  const list = within.split('.').at(-1) as string;
  node[list] ??= [{}];
  const [object] = node[list] as [{ [key: string]: string }];
  const key = name.slice(within.length + 1);
  object[key] = readAs;
  const objects = `parsed${within
    .split('.')
    .map((one) => `[${literal(one)}]`)
    .join('')}`;
  return `list_filter(list_transform(${objects}, lambda o: o[${literal(key)}]), lambda v: v IS NOT NULL)`;
}

const INTERNALS = `
  CREATE SCHEMA IF NOT EXISTS store;
  CREATE TABLE IF NOT EXISTS store.meta (name VARCHAR, text VARCHAR);
  CREATE TABLE IF NOT EXISTS store.sources (pipeline VARCHAR, key VARCHAR, documents BIGINT);
  CREATE TABLE IF NOT EXISTS store.checkpoints (pipeline VARCHAR, key VARCHAR, reached BIGINT);
  CREATE TABLE IF NOT EXISTS store.runs (id VARCHAR, started VARCHAR, report VARCHAR);
  CREATE TABLE IF NOT EXISTS store.jobs (run VARCHAR, failed BOOLEAN, account VARCHAR, region VARCHAR, kind VARCHAR, object VARCHAR, report VARCHAR);
  CREATE TABLE IF NOT EXISTS store.deliveries (attempt BIGINT, report VARCHAR, month VARCHAR, delivery VARCHAR, modified BIGINT, published BOOLEAN);
`;

function createTable(mapping: IndexMapping): string {
  const columns = columnsOf(mapping).map((field) => `${identifier(field.name)} ${columnType(field)}`);
  const internals = ['_index VARCHAR', '_id VARCHAR', '_version BIGINT', '_attempt BIGINT'];
  return `CREATE TABLE ${tableOf(mapping.view)} (${[...internals, ...columns].join(', ')}, document VARCHAR USING COMPRESSION zstd)`;
}

function createView(mapping: IndexMapping): string {
  const columns = columnsOf(mapping).map((field) => identifier(field.name));
  const printed = mapping.fields.flatMap(({ name, prints }) =>
    prints === undefined ? [] : [`${printedSql(prints)} AS ${identifier(name)}`],
  );
  const published = publishedOf(mapping);
  const select = ['_index', '_id', ...columns, ...printed, 'document::JSON AS document'].join(', ');
  return `CREATE OR REPLACE VIEW ${viewOf(mapping.view)} AS SELECT ${select} FROM ${tableOf(mapping.view)}${published === '' ? '' : ` WHERE ${published}`}`;
}

/** Makes the tables, and copies a table into its new shape where its mapping has changed; all in one transaction. */
export async function prepareSchema(connection: DuckDBConnection, mappings: readonly IndexMapping[]): Promise<void> {
  await transaction(connection, async () => {
    await connection.run(INTERNALS);
    const stored = await connection.runAndReadAll('SELECT name, text FROM store.meta');
    const known = new Map(stored.getRowsJson().map(([name, text]) => [String(name), String(text)]));
    const version = Number(known.get('schema') ?? SCHEMA_VERSION);
    if (version > SCHEMA_VERSION) {
      throw new OrgscopeError(
        'conflict',
        `The store was made by a newer orgscope (schema ${version}; this one has ${SCHEMA_VERSION}).`,
        'Nothing was changed. Use the newer one, or give this one another folder with --data.',
      );
    }
    if (!known.has('schema')) await connection.run('INSERT INTO store.meta VALUES ($1, $2)', ['schema', String(SCHEMA_VERSION)]);
    for (const mapping of mappings) {
      const name = `table:${mapping.view}`;
      const shape = createTable(mapping);
      const { structure, select } = parseExpressions(mapping);
      const fingerprint = createHash('sha256').update(shape).update(select.join()).digest('hex');
      const before = known.get(name);
      if (before === fingerprint) continue;
      const table = tableOf(mapping.view);
      if (before === undefined) {
        await connection.run(shape);
      } else {
        const old = `${mapping.view.replaceAll('-', '_')}_old`;
        await connection.run(`DROP VIEW IF EXISTS ${viewOf(mapping.view)}`);
        await connection.run(`ALTER TABLE ${table} RENAME TO ${old}`);
        await connection.run(shape);
        await connection.run(
          `INSERT INTO ${table} SELECT _index, _id, _version, _attempt, ${select.join(', ')}, document
           FROM (SELECT *, json_transform(document, ${literal(structure)}) AS parsed FROM store.${old})`,
        );
        await connection.run(`DROP TABLE store.${old}`);
      }
      await connection.run('DELETE FROM store.meta WHERE name = $1', [name]);
      await connection.run('INSERT INTO store.meta VALUES ($1, $2)', [name, fingerprint]);
      await connection.run(createView(mapping));
    }
  });
}
