import { StatementType } from '@duckdb/node-api';
import type { Json } from '../../core/json.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { Connections } from './connect.ts';

const READING: readonly StatementType[] = [StatementType.SELECT, StatementType.EXPLAIN];

/** Answers one reading statement from outside. What it can reach is bounded by `connect.ts`; that it only reads is checked here. */
export function runSql(connections: Connections, text: string): Promise<{ columns: string[]; rows: Record<string, Json>[] }> {
  return connections.read(async (connection) => {
    try {
      const statements = await connection.extractStatements(text);
      if (statements.count !== 1) throw usage(`${statements.count} statements`, 'Give one SELECT.');
      const prepared = await statements.prepare(0);
      if (!READING.includes(prepared.statementType)) throw usage('the statement does not only read', 'Give a SELECT.');
      await connection.run('BEGIN READ ONLY');
      const reader = await prepared.runAndReadAll();
      const columns = reader.deduplicatedColumnNames();
      return { columns, rows: reader.getRowObjectsJson() as Record<string, Json>[] };
    } catch (error) {
      if (error instanceof OrgscopeError) throw error;
      throw usage(
        error instanceof Error ? error.message : String(error),
        'The views are awscli, awscli_current, awscli_trail, awsbilling, awsusers; columns with dots stand in double quotes.',
      );
    }
  });
}

const usage = (message: string, next: string): OrgscopeError => new OrgscopeError('usage', `SQL: ${message}`, next);
