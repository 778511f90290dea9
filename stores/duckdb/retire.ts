import type { DuckDBConnection } from '@duckdb/node-api';
import { type Sweep, sweepKey } from '../../core/sweep.ts';
import { transaction } from './transaction.ts';

/** Removes from current state what complete sweeps no longer saw, and only what is older than they are; yields how many per sweep. */
export async function retire(connection: DuckDBConnection, sweeps: readonly Sweep[]): Promise<number[]> {
  if (sweeps.length === 0) return [];
  const retired = new Map<string, number>();
  const values = sweeps.map((_, index) => `($${2 * index + 1}::VARCHAR, $${2 * index + 2}::BIGINT)`).join(', ');
  const parameters = sweeps.flatMap((sweep) => [sweepKey(sweep), BigInt(sweep.time)]);
  await transaction(connection, async () => {
    for (const table of ['store.awscli_current', 'store.awsusers']) {
      const result = await connection.runAndReadAll(
        `DELETE FROM ${table} USING (VALUES ${values}) AS sweep(key, time)
         WHERE "orgscope.sweep" = sweep.key AND _version < sweep.time RETURNING "orgscope.sweep"`,
        parameters,
      );
      for (const [key] of result.getRowsJson()) retired.set(String(key), (retired.get(String(key)) ?? 0) + 1);
    }
  });
  return sweeps.map((sweep) => retired.get(sweepKey(sweep)) ?? 0);
}
