import type { DuckDBConnection } from '@duckdb/node-api';
import type { IndexMapping } from '../../core/field.ts';
import { addressKey, addressText } from '../../core/ip-address.ts';
import type { TypedFilter } from '../../core/typed-filter.ts';
import { identifier, tableOf } from './schema.ts';

type Between = Extract<TypedFilter, { type: 'between' }>;

/**
 * Yields the filter with its ranges of addresses replaced by the stored addresses that lie in them. DuckDB compares addresses only with an
 * extension that would have to be downloaded. A table holds few different addresses in many rows, so these are read and compared here: that takes
 * 0.8 µs for each address, where an expression in SQL takes 1 µs for each row, and twice that for IPv6.
 */
export async function findAddresses(
  connection: DuckDBConnection,
  mapping: IndexMapping,
  filter: TypedFilter,
): Promise<TypedFilter> {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const filters: TypedFilter[] = [];
      for (const part of filter.filters) filters.push(await findAddresses(connection, mapping, part));
      return { type: filter.type, filters };
    }
    case 'not':
      return { type: 'not', filter: await findAddresses(connection, mapping, filter.filter) };
    case 'between': {
      if (filter.field.type !== 'ip') return filter;
      const values = await addressesWithin(connection, mapping, filter);
      return values.length === 0 ? { type: 'none' } : { type: 'is', field: filter.field, values };
    }
    default:
      return filter;
  }
}

async function addressesWithin(
  connection: DuckDBConnection,
  { view }: IndexMapping,
  { field, bounds }: Between,
): Promise<readonly string[]> {
  const { gte, gt, lte, lt } = bounds as { readonly [bound in keyof Between['bounds']]: string };
  const column = field.array ? `unnest(${identifier(field.name)})` : identifier(field.name);
  // An IPv4 address has only one text, and an IPv6 address has several.
  const only = gte !== undefined && gte === lte ? " AND (v = $1 OR contains(v, ':'))" : '';
  const result = await connection.stream(
    `SELECT DISTINCT v FROM (SELECT ${column} AS v FROM ${tableOf(view)}) WHERE v IS NOT NULL${only}`,
    only === '' ? [] : [addressText(gte as string)],
  );
  const found: string[] = [];
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const value of chunk.getColumnValues(0)) {
      const text = String(value);
      const key = addressKey(text);
      if (key === undefined || (gte !== undefined && key < gte) || (gt !== undefined && key <= gt)) continue;
      if ((lte !== undefined && key > lte) || (lt !== undefined && key >= lt)) continue;
      found.push(text);
    }
  }
  return found;
}
