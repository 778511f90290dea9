import type { Command } from 'commander';
import { worldToShow } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { readSettings } from '../app/settings.ts';
import type { Json } from '../core/json.ts';
import type { SqlAnswer } from '../core/store.ts';
import { formatTable } from './format-table.ts';

const MOST_SHOWN = 10_000;

/** `sql`: one read-only statement over the embedded store, as a table or as JSON. */
export async function sql(context: CommandContext, statement: string, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  await withOrgscope(worldToShow(settings), settings, context, 'ask', async (orgscope) => {
    const { columns, rows } = await orgscope.sql(statement);
    if (settings.json) await writeJson(rows, context.out);
    else context.out.write(await table(columns, rows));
  });
}

/** Writes an array row by row as the store yields them, and waits for a slow reader. */
async function writeJson(rows: SqlAnswer['rows'], out: CommandContext['out']): Promise<void> {
  let written = 0;
  for await (const batch of rows) {
    const text = batch.map((row) => `${written++ === 0 ? '[' : ',\n'}${JSON.stringify(row)}`).join('');
    if (!out.write(text)) await out.drained();
  }
  out.write(written === 0 ? '[]\n' : ']\n');
}

/** Columns are as wide as their widest cell, so the rows are collected first, up to a number that people can read. */
async function table(columns: readonly string[], rows: SqlAnswer['rows']): Promise<string> {
  const shown: Readonly<Record<string, Json>>[] = [];
  let more = false;
  for await (const batch of rows) {
    shown.push(...batch.slice(0, MOST_SHOWN - shown.length + 1));
    more = shown.length > MOST_SHOWN;
    if (more) break;
  }
  const text = formatTable(columns, shown.slice(0, MOST_SHOWN));
  return more ? `${text}There are more rows: add --json for all of them, or LIMIT and OFFSET.\n` : text;
}
