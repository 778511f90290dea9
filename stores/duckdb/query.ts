import type { DuckDBConnection } from '@duckdb/node-api';
import { checkQuestion, columnOf } from '../../core/check-question.ts';
import type { IndexMapping } from '../../core/field.ts';
import type { Json } from '../../core/json.ts';
import type { Answer, Query, RowsQuery } from '../../core/query.ts';
import { type TypedFilter, typedConditions } from '../../core/typed-filter.ts';
import { answerAggregate } from './aggregate.ts';
import { findAddresses } from './find-addresses.ts';
import { identifier, publishedOf, tableOf } from './schema.ts';
import { and, Statement } from './statement.ts';
import { narrowByTimes } from './value-times.ts';

/** Compiles a query to SQL: values are always parameters, names always quoted. */
export async function answer(connection: DuckDBConnection, mapping: IndexMapping, query: Query): Promise<Answer> {
  checkQuestion(mapping, query);
  const conditions = await findAddresses(connection, mapping, typedConditions(mapping, query));
  const narrowed = await narrowByTimes(connection, mapping, conditions);
  return query.type === 'rows'
    ? answerRows(connection, mapping, query, conditions, narrowed)
    : answerAggregate(connection, mapping, query, conditions, narrowed);
}

async function answerRows(
  connection: DuckDBConnection,
  mapping: IndexMapping,
  query: RowsQuery,
  conditions: TypedFilter,
  narrowed: string,
): Promise<Answer> {
  const counting = new Statement(mapping);
  const table = tableOf(query.view);
  const total = await connection.runAndReadAll(
    `SELECT count(*) FROM ${table} WHERE ${and(narrowed, counting.where(conditions), publishedOf(mapping))}`,
    counting.parameters,
  );
  const statement = new Statement(mapping);
  const condition = and(narrowed, statement.where(conditions), publishedOf(mapping));
  const order = query.sort.map(({ field, direction }) => {
    const { name, array } = columnOf(mapping, field);
    // A list is sorted by its least or its greatest value, as in engines.
    const value = array ? `${direction === 'asc' ? 'list_min' : 'list_max'}(${identifier(name)})` : identifier(name);
    return `${value} ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`;
  });
  const by = [...order, '_id'].join(', ');
  const [limit, offset] = [statement.bind(BigInt(query.limit)), statement.bind(BigInt(query.offset))];
  const rows = await connection.runAndReadAll(
    // The inner query sorts without documents, so that only those of the page are read, at any offset.
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
