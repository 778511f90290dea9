import type { DuckDBConnection } from '@duckdb/node-api';
import type { Delivery } from '../../core/batch.ts';
import type { IndexMapping } from '../../core/field.ts';
import { tableOf } from './schema.ts';
import { transaction } from './transaction.ts';

/**
 * Loads and publishes deliveries. The rows of a delivery carry the number of the attempt that loads them, and the view shows only published attempts.
 * Publishing is one transaction, so that no reader ever sees two deliveries of a month or half of one, even after a kill.
 */
export function deliveryLoader(connection: DuckDBConnection, mappings: readonly IndexMapping[]) {
  const tables = mappings.filter(({ delivery }) => delivery !== undefined).map(({ view }) => tableOf(view));
  const loading = new Map<string, number>();
  const nameOf = ({ report, month, delivery }: Delivery) => JSON.stringify([report, month, delivery]);

  async function forget({ report, month }: Delivery, published: boolean): Promise<void> {
    const attempts = 'SELECT attempt FROM store.deliveries WHERE report = $1 AND month = $2 AND published = $3';
    for (const table of tables) {
      await connection.run(`DELETE FROM ${table} WHERE _attempt IN (${attempts})`, [report, month, published]);
    }
    await connection.run('DELETE FROM store.deliveries WHERE report = $1 AND month = $2 AND published = $3', [
      report,
      month,
      published,
    ]);
  }

  return {
    /** The attempt that the delivery's rows are written under. */
    attemptOf(delivery: Delivery): number {
      const attempt = loading.get(nameOf(delivery));
      if (attempt === undefined) throw new Error(`delivery ${delivery.delivery} was not begun`);
      return attempt;
    },
    begin: (delivery: Delivery) =>
      transaction(connection, async () => {
        await forget(delivery, false);
        const highest = await connection.runAndReadAll('SELECT coalesce(max(attempt), 0) + 1 FROM store.deliveries');
        const attempt = Number(highest.getRowsJson()[0]?.[0]);
        const { report, month, modified } = delivery;
        await connection.run('INSERT INTO store.deliveries VALUES ($1, $2, $3, $4, $5, false)', [
          BigInt(attempt),
          report,
          month,
          delivery.delivery,
          BigInt(modified),
        ]);
        loading.set(nameOf(delivery), attempt);
      }),
    /** False where a newer delivery is published already; this one is forgotten then. */
    publish: (delivery: Delivery) =>
      transaction(connection, async () => {
        const { report, month, modified } = delivery;
        loading.delete(nameOf(delivery));
        const newer = await connection.runAndReadAll(
          'SELECT 1 FROM store.deliveries WHERE report = $1 AND month = $2 AND published AND modified > $3',
          [report, month, BigInt(modified)],
        );
        if (newer.currentRowCount > 0) {
          await forget(delivery, false);
          return false;
        }
        await forget(delivery, true);
        await connection.run('UPDATE store.deliveries SET published = true WHERE report = $1 AND month = $2', [report, month]);
        return true;
      }),
  };
}
