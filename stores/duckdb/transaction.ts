import type { DuckDBConnection } from '@duckdb/node-api';

/** Runs work within one transaction of the connection: all of it is kept, or, if it throws, nothing. */
export async function transaction<Result>(connection: DuckDBConnection, work: () => Promise<Result>): Promise<Result> {
  await connection.run('BEGIN');
  try {
    const result = await work();
    await connection.run('COMMIT');
    return result;
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
