import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Document } from '../../core/document.ts';
import type { IndexMapping } from '../../core/field.ts';
import type { StoredIndex } from '../../core/store.ts';
import { tableOf } from './schema.ts';

/** Yields how many documents each concrete index holds; for billing, how many each published delivery holds. */
export async function indices(connection: DuckDBConnection, mappings: readonly IndexMapping[]): Promise<StoredIndex[]> {
  const found: StoredIndex[] = [];
  for (const { view, delivery: deliveries } of mappings) {
    const table = tableOf(view);
    if (deliveries === undefined) {
      const rows = await connection.runAndReadAll(`SELECT _index, count(*) FROM ${table} GROUP BY _index ORDER BY _index`);
      for (const [index, documents] of rows.getRowsJson())
        found.push({ view, index: String(index), documents: Number(documents) });
      continue;
    }
    const rows = await connection.runAndReadAll(
      `SELECT _index, report, month, delivery, modified, count(*) FROM ${table} JOIN store.deliveries ON _attempt = attempt AND published
       GROUP BY ALL ORDER BY _index, report`,
    );
    for (const [index, report, month, delivery, modified, documents] of rows.getRowsJson()) {
      found.push({
        view,
        index: String(index),
        documents: Number(documents),
        delivery: { report: String(report), month: String(month), delivery: String(delivery), modified: Number(modified) },
      });
    }
  }
  return found;
}

/** Yields the next documents of one index in the order of their ids, starting after the id `after`. */
export async function page(
  connection: DuckDBConnection,
  { view, index, delivery }: StoredIndex,
  after: string | undefined,
  limit: number,
): Promise<Document[]> {
  const table = tableOf(view);
  const parameters: DuckDBValue[] = [index, after ?? '', BigInt(limit)];
  let published = '';
  if (delivery !== undefined) {
    parameters.push(delivery.report, delivery.month);
    published = ' AND _attempt IN (SELECT attempt FROM store.deliveries WHERE report = $4 AND month = $5 AND published)';
  }
  // The ids are sorted first: otherwise each page would sort all documents of the index with their text.
  const rows = await connection.runAndReadAll(
    `SELECT _id, _version, document FROM ${table} WHERE rowid IN
       (SELECT rowid FROM ${table} WHERE _index = $1 AND _id > $2${published} ORDER BY _id LIMIT $3)
     ORDER BY _id`,
    parameters,
  );
  return rows.getRows().map(([id, version, document]) => ({
    index,
    id: String(id),
    ...(version === null ? { operation: 'create' as const } : { operation: 'replace' as const, version: Number(version) }),
    body: Buffer.from(String(document)),
  }));
}
