import type { Command } from 'commander';
import type { CommandContext } from '../app/command-context.ts';
import { readSettings } from '../app/settings.ts';
import { kinds } from '../collectors/inventory/registry.ts';

/** `collectors`: the catalogue of what inventory reads, derived from the declarations. */
export function collectors(context: CommandContext, command: Command): void {
  const { json } = readSettings(command.optsWithGlobals(), context.environment);
  const rows = [...kinds].sort((a, b) => a.name.localeCompare(b.name));
  if (json) {
    const entries = rows.map(({ name, summary, service, call, command, scope, actions, fields }) => ({
      name,
      summary,
      service,
      call,
      command,
      scope,
      actions,
      fields,
    }));
    context.out.write(`${JSON.stringify(entries)}\n`);
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, summary, service, call, scope } of rows) {
    context.out.write(`${name.padEnd(width)}  ${`${service}:${call}`.padEnd(38)} ${scope.padEnd(8)}  ${summary}\n`);
  }
}
