import type { DuckDBConnection } from '@duckdb/node-api';
import type { Ledger } from '../../core/store.ts';
import type { Connections } from './connect.ts';
import { transaction } from './transaction.ts';

const row = (name: string): string => `note:${name}`;

/** Short texts by name, in the table that also holds the versions of the store's tables. */
export function openNotes(
  connections: Connections,
  exclusive: <Result>(work: (writer: DuckDBConnection) => Promise<Result>) => Promise<Result>,
): Pick<Ledger, 'note' | 'swapNote'> {
  const read = async (connection: DuckDBConnection, name: string): Promise<string | undefined> => {
    const rows = await connection.runAndReadAll('SELECT text FROM store.meta WHERE name = $1', [row(name)]);
    const text = rows.getRowsJson()[0]?.[0];
    return text === undefined ? undefined : String(text);
  };
  return {
    note: (name) => connections.read((connection) => read(connection, name)),
    swapNote: (name, before, after) =>
      exclusive((writer) =>
        transaction(writer, async () => {
          if ((await read(writer, name)) !== before) return false;
          await writer.run('DELETE FROM store.meta WHERE name = $1', [row(name)]);
          if (after !== undefined) await writer.run('INSERT INTO store.meta VALUES ($1, $2)', [row(name), after]);
          return true;
        }),
      ),
  };
}
