import type { DuckDBConnection } from '@duckdb/node-api';
import { monthlyIndex } from '../../core/document.ts';
import { type IndexMapping, indexPrefixOf } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { Pruned } from '../../core/store.ts';
import { identifier, literal, tableOf } from './schema.ts';
import { transaction } from './transaction.ts';
import { valueIndex } from './value-index.ts';

interface MappedCutoff {
  readonly mapping: IndexMapping;
  readonly before: string;
}

/** Removes documents before the cutoffs, and reports of all but the newest runs of each set of pipelines; yields the counts. With `dryRun` it only counts. */
export async function prune(
  connection: DuckDBConnection,
  cutoffs: readonly MappedCutoff[],
  { keptRuns, dryRun }: { readonly keptRuns: number; readonly dryRun: boolean },
): Promise<Pruned> {
  const targets = cutoffs.map(target);
  const pruned = await transaction(connection, async () => {
    const removed: Pruned['removed'][number][] = [];
    for (const { table, time, where, index, cutoff } of targets) {
      const counted = await connection.runAndReadAll(`SELECT count(*), epoch_ms(min(${time})) FROM ${table} WHERE ${where}`);
      const [count, oldest] = counted.getRowsJson()[0] ?? [];
      const documents = Number(count);
      if (documents > 0 && !dryRun) {
        await connection.run(`DELETE FROM ${table} WHERE ${where}`);
        if (index !== undefined) await connection.run(`DELETE FROM ${index.table} WHERE ${index.place} < ${cutoff}`);
      }
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
  // A checkpoint frees the space. Where it is not possible now, the next one does it.
  if (anything && !dryRun) await connection.run('CHECKPOINT').catch(() => undefined);
  return pruned;
}

/** The condition for the old rows of a table, as SQL. */
function target({ mapping, before }: MappedCutoff) {
  const { view, timeField, partition } = mapping;
  if (timeField === null) {
    throw new OrgscopeError('usage', `${view} has no time: it is current state and is not pruned.`, 'Leave it out.');
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(before) || Number.isNaN(Date.parse(before))) {
    throw new OrgscopeError('usage', `"${before}" is no day to prune ${view} by.`, 'Write it as 2026-11-21.');
  }
  const time = identifier(timeField);
  const cutoff = `TIMESTAMP ${literal(before)}`;
  // The time of a line of billing may lie outside its month, but the line belongs to the month's total.
  const old = partition === 'month' ? `_index < ${literal(monthlyIndex(indexPrefixOf(mapping), before))}` : `${time} < ${cutoff}`;
  // Rows of a delivery that is being loaded stay: otherwise a part of the month would be missing once it is published.
  const published = '(_attempt IS NULL OR _attempt IN (SELECT attempt FROM store.deliveries WHERE published))';
  return { table: tableOf(view), time, where: `${old} AND ${published}`, index: valueIndex(mapping), cutoff };
}
