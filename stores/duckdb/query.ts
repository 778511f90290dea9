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
import { narrowByIndex } from './value-index.ts';

/** Compiles a query to SQL: values are always parameters, names always quoted. */
export async function answer(connection: DuckDBConnection, mapping: IndexMapping, query: Query): Promise<Answer> {
  checkQuestion(mapping, query);
  const conditions = await findAddresses(connection, mapping, typedConditions(mapping, query));
  const narrowed = await narrowByIndex(connection, mapping, conditions);
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
  const table = tableOf(query.view);
  const order = query.sort.map(({ field, direction }) => {
    const { name, array } = columnOf(mapping, field);
    // A list is sorted by its least or its greatest value, as in engines.
    const value = array ? `${direction === 'asc' ? 'list_min' : 'list_max'}(${identifier(name)})` : identifier(name);
    return `${value} ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`;
  });
  const by = [...order, '_id'].join(', ');
  const conditionOf = (statement: Statement) => and(narrowed, statement.where(conditions), publishedOf(mapping));
  const statement = new Statement(mapping);
  const condition = conditionOf(statement);
  const page = `LIMIT ${statement.bind(BigInt(query.limit))} OFFSET ${statement.bind(BigInt(query.offset))}`;
  // The inner queries sort without documents, so that only those of the page are read, at any offset. Few rows are found once, to count and to sort
  // them. Many are searched twice, since it would take much memory to keep them.
  const asked =
    narrowed === ''
      ? `SELECT _index, _id, document FROM ${table}
         WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${condition} ORDER BY ${by} ${page}) ORDER BY ${by}`
      : `WITH found AS MATERIALIZED (SELECT rowid AS found_row, row_number() OVER (ORDER BY ${by}) AS position FROM ${table} WHERE ${condition})
         SELECT _index, _id, document, (SELECT count(*) FROM found)
         FROM ${table} AS documents JOIN (FROM found ORDER BY position ${page}) ON documents.rowid = found_row ORDER BY position`;
  const rows = (await connection.runAndReadAll(asked, statement.parameters)).getRowsJson();
  async function count(): Promise<number> {
    const counting = new Statement(mapping);
    const sql = `SELECT count(*) FROM ${table} WHERE ${conditionOf(counting)}`;
    return Number((await connection.runAndReadAll(sql, counting.parameters)).getRowsJson()[0]?.[0]);
  }
  const counted = rows[0]?.[3];
  return {
    type: 'rows',
    total: counted === undefined ? await count() : Number(counted),
    hits: rows.map(([_index, _id, document]) => ({
      _index: String(_index),
      _id: String(_id),
      _source: JSON.parse(String(document)) as Json,
    })),
  };
}
