import { type DuckDBConnection, listValue } from '@duckdb/node-api';
import type { IndexMapping } from '../../core/field.ts';
import { type Sweep, sweepKey } from '../../core/sweep.ts';
import { tableOf } from './schema.ts';
import { transaction } from './transaction.ts';
import { hasRowNumbers, ROW_COLUMN, removePlaces, valueIndex } from './value-index.ts';

/** Removes from current state the documents that complete sweeps no longer saw, if they are older than the sweep; yields how many per sweep. */
export async function retire(
  connection: DuckDBConnection,
  mappings: readonly IndexMapping[],
  sweeps: readonly Sweep[],
): Promise<number[]> {
  if (sweeps.length === 0) return [];
  const retired = new Map<string, number>();
  // As one parameter: planning a thousand parameters takes ten times as long as the deletion itself.
  const keys = JSON.stringify(sweeps.map((sweep) => ({ key: sweepKey(sweep), time: sweep.time })));
  await transaction(connection, async () => {
    for (const mapping of mappings.filter(({ partition }) => partition === 'none')) {
      const index = hasRowNumbers(mapping) ? valueIndex(mapping) : undefined;
      const result = await connection.runAndReadAll(
        `DELETE FROM ${tableOf(mapping.view)}
         USING (SELECT unnest(from_json($1, '[{"key": "VARCHAR", "time": "BIGINT"}]'), recursive := true)) AS sweep
         WHERE "orgscope.sweep" = sweep.key AND _version < sweep.time RETURNING "orgscope.sweep"${index === undefined ? '' : `, ${ROW_COLUMN}`}`,
        [keys],
      );
      const rows = result.getRows();
      for (const [key] of rows) retired.set(String(key), (retired.get(String(key)) ?? 0) + 1);
      if (index === undefined || rows.length === 0) continue;
      await connection.run(removePlaces(index, 'SELECT unnest($1::BIGINT[])'), [listValue(rows.map(([, row]) => row as bigint))]);
    }
  });
  return sweeps.map((sweep) => retired.get(sweepKey(sweep)) ?? 0);
}
