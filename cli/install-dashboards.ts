import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../app/command-context.ts';
import { projectRoot } from '../app/environment.ts';
import { readSettings } from '../app/settings.ts';
import { dashboards } from '../dashboards/registry.ts';
import { importSavedObjects } from '../kibana/import-saved-objects.ts';
import { SAVED_OBJECTS_FILE } from './saved-objects-file.ts';

export interface InstallOptions {
  readonly kibana: string;
  readonly space?: string;
  readonly tenant?: string;
}

/** `dashboards install`: imports the dashboards into Kibana or OpenSearch Dashboards, and says what was imported. */
export async function installDashboards(
  context: CommandContext,
  { kibana: url, space, tenant }: InstallOptions,
  command: Command,
): Promise<void> {
  const { json } = readSettings(command.optsWithGlobals(), context.environment);
  const file = readFileSync(join(projectRoot, SAVED_OBJECTS_FILE), 'utf8');
  const { signal } = context.stop;
  const imported = await importSavedObjects({ url, ...context.environment.kibana, space, tenant, signal }, file);
  const { product, version, objects } = imported;
  context.out.write(
    json
      ? `${JSON.stringify(imported)}\n`
      : `${objects} objects imported into ${[product, version].join(' ').trim()}: ${dashboards.length} dashboards, titled "[AWS] …".\n`,
  );
}
