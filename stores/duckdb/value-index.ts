import type { DuckDBConnection } from '@duckdb/node-api';
import type { Field, IndexMapping } from '../../core/field.ts';
import type { TypedFilter } from '../../core/typed-filter.ts';
import { identifier, tableOf } from './schema.ts';

/**
 * Where each value of the indexed fields of a view occurs, in a narrow table beside the documents. DuckDB skips row groups by the least and greatest
 * values of their columns, which are of no use for lists and for values in no order. The place of a document is a value in whose order rows are
 * written: its time, or, in a view without time, a number that its row gets. By the places of a value, nearly all row groups are skipped. A place more
 * than needed does no harm, since the condition itself is evaluated all the same: where documents have times, rows are only added, and removed once
 * their time is pruned.
 */

/** More times than this are in most row groups anyway. Documents of a kind and account lie side by side, so that many of them are in few groups. */
const MOST_PLACES = 2_000;
/** The first row that is added by the transaction under way (`MAX_ROW_ID` of DuckDB): rows of the file have lower numbers. */
const FIRST_ADDED_ROW = 36_028_797_018_960_000n;

export interface ValueIndex {
  readonly fields: readonly Field[];
  readonly table: string;
  /** The column of the index that holds places. */
  readonly place: string;
  readonly type: 'TIMESTAMP' | 'BIGINT';
  /** The column of the documents that holds their place. */
  readonly column: string;
}

/** The number of a row, in the order in which rows were written; a column of views that have an index and no time. */
export const ROW_COLUMN = '_row';

/** Undefined for a view without indexed fields. */
export function valueIndex({ view, indexed = [], fields, timeField }: IndexMapping): ValueIndex | undefined {
  const found = fields.filter(({ name }) => indexed.includes(name));
  if (found.length === 0) return undefined;
  const table = tableOf(view);
  return timeField === null
    ? { fields: found, table: `${table}_rows`, place: 'number', type: 'BIGINT', column: ROW_COLUMN }
    : { fields: found, table: `${table}_times`, place: 'time', type: 'TIMESTAMP', column: identifier(timeField) };
}

/** Whether the rows of the view are numbered. */
export const hasRowNumbers = (mapping: IndexMapping): boolean => valueIndex(mapping)?.column === ROW_COLUMN;

/** Four bytes of a value: enough to tell millions of values apart. DuckDB's own `hash` may change with its version. */
const codeOf = (value: string): string => `(md5_number_lower(${value}) & 4294967295)::UINTEGER`;

export const createIndex = ({ table, place, type }: ValueIndex): string =>
  `CREATE OR REPLACE TABLE ${table} (code UINTEGER, ${place} ${type})`;

/** Adds the places of all documents, or of those that the transaction under way has added. Sorted, so that a search skips most row groups. */
export function addPlaces({ view }: IndexMapping, { fields, table, place, column }: ValueIndex, which: 'all' | 'added'): string {
  const where = which === 'added' ? ` WHERE rowid >= ${FIRST_ADDED_ROW}` : '';
  return `INSERT INTO ${table} SELECT ${codeOf('value')} AS code, ${place}
    FROM (SELECT unnest(${valuesOf(fields)}) AS value, ${column} AS ${place} FROM ${tableOf(view)}${where})
    ORDER BY code`;
}

/** Before a value of a field that is no list: thousands of documents may list what identifies one of them. */
const ALONE = '=';

/** All values of a document, each once. */
function valuesOf(fields: readonly Field[]): string {
  const lists = fields.filter(({ array }) => array === true).map(({ name }) => identifier(name));
  const alone = fields.filter(({ array }) => array !== true).map(({ name }) => `'${ALONE}' || ${identifier(name)}`);
  const [only = ''] = lists;
  return alone.length === 0 && lists.length === 1
    ? only
    : `list_distinct(flatten([${[...lists, `[${alone.join(', ')}]`].join(', ')}]))`;
}

/** Removes the places of documents that leave the table: `rows` yields their numbers. */
export const removePlaces = ({ table, place }: ValueIndex, rows: string): string =>
  `DELETE FROM ${table} WHERE ${place} IN (${rows})`;

/**
 * Yields a condition that all documents meet which meet the filter, and few others; empty where there is none. It is made of places and not of a
 * subquery, since DuckDB skips row groups only by values that it knows before it begins.
 */
export async function narrowByIndex(connection: DuckDBConnection, mapping: IndexMapping, filter: TypedFilter): Promise<string> {
  const index = valueIndex(mapping);
  if (index === undefined) return '';
  const values = requiredValues(
    filter,
    index.fields.map(({ name }) => name),
  );
  if (values === undefined) return '';
  if (values.length === 0) return 'false';
  const codes = values.map((_, at) => codeOf(`$${at + 1}`));
  const timed = index.type === 'TIMESTAMP';
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT ${timed ? `epoch_us(${index.place})` : index.place} FROM ${index.table} WHERE code IN (${codes.join(', ')}) LIMIT ${MOST_PLACES + 1}`,
    [...values],
  );
  if (found.currentRowCount === 0) return 'false';
  const places = found.getRowsJson().map(([place]) => place);
  // A document without a time is found by no time.
  if (places.length > MOST_PLACES || places.includes(null)) return '';
  return `${index.column} IN (${places.map((place) => (timed ? `make_timestamp(${place})` : String(place))).join(', ')})`;
}

/** The values, as the index has them, of which a document must have one to meet the filter; undefined where it may have any. */
function requiredValues(filter: TypedFilter, fields: readonly string[]): readonly string[] | undefined {
  switch (filter.type) {
    case 'none':
      return [];
    case 'is':
      if (!fields.includes(filter.field.name)) return undefined;
      return filter.values.map((value) => `${filter.field.array ? '' : ALONE}${value}`);
    case 'and':
      for (const part of filter.filters) {
        const values = requiredValues(part, fields);
        if (values !== undefined) return values;
      }
      return undefined;
    case 'or': {
      const parts = filter.filters.map((part) => requiredValues(part, fields));
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    default:
      return undefined;
  }
}
