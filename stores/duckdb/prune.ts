import type { DuckDBConnection } from '@duckdb/node-api';
import { monthlyIndex } from '../../core/document.ts';
import { type IndexMapping, indexPrefixOf } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { Pruned } from '../../core/store.ts';
import { identifier, literal, tableOf } from './schema.ts';
import { transaction } from './transaction.ts';

interface MappedCutoff {
  readonly mapping: IndexMapping;
  readonly before: string;
}

/** Removes what lies before the cutoffs, and reports beyond the newest runs of each set of pipelines; yields what went, or with `dryRun` what would go. */
export async function prune(
  connection: DuckDBConnection,
  cutoffs: readonly MappedCutoff[],
  { keptRuns, dryRun }: { readonly keptRuns: number; readonly dryRun: boolean },
): Promise<Pruned> {
  const targets = cutoffs.map(target);
  const pruned = await transaction(connection, async () => {
    const removed: Pruned['removed'][number][] = [];
    for (const { table, time, where } of targets) {
      const counted = await connection.runAndReadAll(`SELECT count(*), epoch_ms(min(${time})) FROM ${table} WHERE ${where}`);
      const [count, oldest] = counted.getRowsJson()[0] ?? [];
      const documents = Number(count);
      if (documents > 0 && !dryRun) await connection.run(`DELETE FROM ${table} WHERE ${where}`);
      removed.push({ documents, oldest: oldest == null ? null : new Date(Number(oldest)).toISOString() });
    }
    const old = await connection.runAndReadAll(
      `SELECT id FROM store.runs QUALIFY row_number() OVER (PARTITION BY report->>'$.pipelines' ORDER BY started DESC) > $1`,
      [BigInt(keptRuns)],
    );
    if (old.currentRowCount > 0 && !dryRun) {
      const ids = `IN (${old.getRowsJson().map(([id]) => literal(String(id)))})`;
      await connection.run(`DELETE FROM store.jobs WHERE run ${ids}`);
      await connection.run(`DELETE FROM store.runs WHERE id ${ids}`);
    }
    return { removed, runs: old.currentRowCount };
  });
  const anything = pruned.runs > 0 || pruned.removed.some(({ documents }) => documents > 0);
  // Gives the space back. All is removed already; where a checkpoint is not possible now, the next one does it.
  if (anything && !dryRun) await connection.run('CHECKPOINT').catch(() => undefined);
  return pruned;
}

/** What of a table is old, as SQL. */
function target({ mapping, before }: MappedCutoff) {
  const { view, timeField, partition } = mapping;
  if (timeField === null) {
    throw new OrgscopeError('usage', `${view} has no time: it is current state and is not pruned.`, 'Leave it out.');
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(before) || Number.isNaN(Date.parse(before))) {
    throw new OrgscopeError('usage', `"${before}" is no day to prune ${view} by.`, 'Write it as 2026-11-21.');
  }
  const time = identifier(timeField);
  // A line of billing may lie outside its month by its time, but belongs to the month's total.
  const old =
    partition === 'month'
      ? `_index < ${literal(monthlyIndex(indexPrefixOf(mapping), before))}`
      : `${time} < TIMESTAMP ${literal(before)}`;
  // Rows of a delivery under way are its own: to publish the rest of them would show half a month.
  const published = '(_attempt IS NULL OR _attempt IN (SELECT attempt FROM store.deliveries WHERE published))';
  return { table: tableOf(view), time, where: `${old} AND ${published}` };
}
