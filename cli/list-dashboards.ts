import type { Command } from 'commander';
import type { CommandContext } from '../app/command-context.ts';
import { readSettings } from '../app/settings.ts';
import { dashboards } from '../dashboards/registry.ts';

/** `dashboards list`: every dashboard with its views. */
export function listDashboards(context: CommandContext, command: Command): void {
  const rows = dashboards.map(({ id, title, description, selector, panels }) => ({
    id,
    title,
    description,
    views: ['Navigation', selector.title, ...panels.map((panel) => panel.title)],
  }));
  if (readSettings(command.optsWithGlobals(), context.environment).json) context.out.write(`${JSON.stringify(rows)}\n`);
  else
    for (const { title, description, views } of rows)
      context.out.write(`${title}: ${description}\n${views.map((view) => `  ${view}\n`).join('')}`);
}
