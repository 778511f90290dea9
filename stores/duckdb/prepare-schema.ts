import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { IndexMapping } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import {
  columnsOf,
  columnType,
  identifier,
  literal,
  parseExpressions,
  printedSql,
  publishedOf,
  tableOf,
  viewOf,
} from './schema.ts';
import { transaction } from './transaction.ts';
import { addPlaces, createIndex, hasRowNumbers, ROW_COLUMN, valueIndex } from './value-index.ts';

/** Raised whenever the tables change in a way that an older orgscope would misread. */
export const SCHEMA_VERSION = 3;

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
  if (hasRowNumbers(mapping)) internals.push(`${ROW_COLUMN} BIGINT`);
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
    if (known.get('schema') !== String(SCHEMA_VERSION)) await setMeta(connection, 'schema', String(SCHEMA_VERSION));
    for (const mapping of mappings) {
      const fingerprint = await prepareTable(connection, mapping, known);
      await prepareIndex(connection, mapping, fingerprint, known);
    }
  });
}

type Known = ReadonlyMap<string, string>;

async function setMeta(connection: DuckDBConnection, name: string, text: string): Promise<void> {
  await connection.run('DELETE FROM store.meta WHERE name = $1', [name]);
  await connection.run('INSERT INTO store.meta VALUES ($1, $2)', [name, text]);
}

/** Yields the fingerprint of the table's shape. */
async function prepareTable(connection: DuckDBConnection, mapping: IndexMapping, known: Known): Promise<string> {
  const name = `table:${mapping.view}`;
  const shape = createTable(mapping);
  const { structure, select } = parseExpressions(mapping);
  const fingerprint = createHash('sha256').update(shape).update(select.join()).digest('hex');
  const before = known.get(name);
  if (before === fingerprint) return fingerprint;
  const table = tableOf(mapping.view);
  if (before === undefined) {
    await connection.run(shape);
  } else {
    const old = `${mapping.view.replaceAll('-', '_')}_old`;
    await connection.run(`DROP VIEW IF EXISTS ${viewOf(mapping.view)}`);
    await connection.run(`ALTER TABLE ${table} RENAME TO ${old}`);
    await connection.run(shape);
    await connection.run(
      `INSERT INTO ${table} SELECT _index, _id, _version, _attempt, ${hasRowNumbers(mapping) ? 'row_number() OVER (), ' : ''}${select.join(', ')}, document
       FROM (SELECT *, json_transform(document, ${literal(structure)}) AS parsed FROM store.${old})`,
    );
    await connection.run(`DROP TABLE store.${old}`);
  }
  await setMeta(connection, name, fingerprint);
  await connection.run(createView(mapping));
  return fingerprint;
}

/** Makes the index of a view from its documents, where a store lacks it or its documents have been copied. */
async function prepareIndex(connection: DuckDBConnection, mapping: IndexMapping, table: string, known: Known): Promise<void> {
  const index = valueIndex(mapping);
  if (index === undefined) return;
  const name = `${index.place}s:${mapping.view}`;
  const add = addPlaces(mapping, index, 'all');
  const fingerprint = createHash('sha256').update(table).update(createIndex(index)).update(add).digest('hex');
  if (known.get(name) === fingerprint) return;
  await connection.run(createIndex(index));
  await connection.run(add);
  await setMeta(connection, name, fingerprint);
}
