import type { DuckDBConnection } from '@duckdb/node-api';
import type { Field, IndexMapping } from '../../core/field.ts';
import type { TypedFilter } from '../../core/typed-filter.ts';
import { identifier, tableOf } from './schema.ts';

/**
 * The times at which each value of an indexed field occurs, in a narrow table beside the documents. DuckDB skips row groups by their least and greatest
 * value, which says nothing about a list; by the times it skips nearly all of them. A row more than needed does no harm, since the condition itself
 * is evaluated all the same, so rows are only added, and removed once their time is pruned.
 */

/** More times than this are in most row groups anyway. */
const MOST_TIMES = 2_000;
/** The first row that is added by the transaction under way (`MAX_ROW_ID` of DuckDB): rows of the file have lower numbers. */
const FIRST_ADDED_ROW = 36_028_797_018_960_000n;

/** The field of a view whose times are kept. */
interface Indexed {
  readonly field: Field;
  readonly times: string;
  readonly timeField: string;
}

export function indexedOf(mapping: IndexMapping): Indexed | undefined {
  const field = mapping.fields.find(({ indexed }) => indexed === true);
  if (field === undefined || mapping.timeField === null) return undefined;
  return { field, times: `${tableOf(mapping.view)}_times`, timeField: mapping.timeField };
}

/** Four bytes of a value: enough to tell millions of values apart. DuckDB's own `hash` may change with its version. */
const codeOf = (value: string): string => `(md5_number_lower(${value}) & 4294967295)::UINTEGER`;

export const createTimes = ({ times }: Indexed): string => `CREATE OR REPLACE TABLE ${times} (code UINTEGER, time TIMESTAMP)`;

/** Adds the times of all documents, or of those that the transaction under way has added. Sorted, so that a search skips most row groups. */
export function addTimes({ view }: IndexMapping, { field, times, timeField }: Indexed, which: 'all' | 'added'): string {
  const where = which === 'added' ? ` WHERE rowid >= ${FIRST_ADDED_ROW}` : '';
  return `INSERT INTO ${times} SELECT ${codeOf('value')} AS code, time
    FROM (SELECT unnest(${identifier(field.name)}) AS value, ${identifier(timeField)} AS time FROM ${tableOf(view)}${where})
    ORDER BY code`;
}

/**
 * Yields a condition that all documents meet which meet the filter, and few others; empty where there is none. It is made of times and not of a
 * subquery, since DuckDB skips row groups only by values that it knows before it begins.
 */
export async function narrowByTimes(connection: DuckDBConnection, mapping: IndexMapping, filter: TypedFilter): Promise<string> {
  const indexed = indexedOf(mapping);
  if (indexed === undefined) return '';
  const values = requiredValues(filter, indexed.field.name);
  if (values === undefined) return '';
  const codes = values.map((_, index) => codeOf(`$${index + 1}`));
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT epoch_us(time) FROM ${indexed.times} WHERE code IN (${codes.join(', ')}) LIMIT ${MOST_TIMES + 1}`,
    [...values],
  );
  if (found.currentRowCount === 0) return 'false';
  const times = found.getRowsJson().map(([time]) => time);
  // A document without a time is found by no time.
  if (times.length > MOST_TIMES || times.includes(null)) return '';
  return `${identifier(indexed.timeField)} IN (${times.map((time) => `make_timestamp(${time})`).join(', ')})`;
}

/** Values of the field of which a document must have one to meet the filter; undefined where it may have any. */
function requiredValues(filter: TypedFilter, field: string): readonly string[] | undefined {
  switch (filter.type) {
    case 'is':
      return filter.field.name === field ? filter.values.map(String) : undefined;
    case 'and':
      for (const part of filter.filters) {
        const values = requiredValues(part, field);
        if (values !== undefined) return values;
      }
      return undefined;
    case 'or': {
      const parts = filter.filters.map((part) => requiredValues(part, field));
      return parts.length > 0 && parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    default:
      return undefined;
  }
}
