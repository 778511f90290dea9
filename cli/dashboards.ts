import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { CommandContext } from '../app/command-context.ts';
import { projectRoot } from '../app/environment.ts';
import { readSettings } from '../app/settings.ts';
import { dashboards } from '../dashboards/registry.ts';
import { importSavedObjects } from '../kibana/import-saved-objects.ts';

const FILE = 'kibana-dashboards/orgscope.ndjson';

/** `dashboards`: what there is to look at, and its import into Kibana and OpenSearch Dashboards. */
export function dashboardsCommand(context: CommandContext): Command {
  const list = new Command('list')
    .summary('list every dashboard with its views')
    .description('Prints every dashboard with its views, as the page and Kibana have them (there titled "[AWS] …").')
    .action((_options: unknown, command: Command) => {
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
    });

  const install = new Command('install')
    .summary('import the dashboards into Kibana or OpenSearch Dashboards')
    .description(
      `Imports ${FILE} into Kibana 7.10 to 8, OpenSearch Dashboards 1 to 3 or products based on them. Objects of an earlier import are ` +
        'replaced; other objects stay unchanged. Kibana 9 does not accept objects in the format of Kibana 7.',
    )
    .requiredOption('--kibana <url>', 'the address of Kibana or OpenSearch Dashboards, as in the browser')
    .option('--space <id>', 'Kibana: the space to import into (default: the default space)')
    .option('--tenant <name>', 'OpenSearch Dashboards: the tenant, such as global')
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope dashboards install --kibana http://127.0.0.1:5601
  $ ORGSCOPE_KIBANA_USER=elastic ORGSCOPE_KIBANA_PASSWORD=… orgscope dashboards install --kibana https://kibana.example.com --space aws
  $ ORGSCOPE_KIBANA_API_KEY=… orgscope dashboards install --kibana https://kibana.example.com
  $ orgscope dashboards install --kibana https://dashboards.example.com --tenant global

If your own certificate authority signed the certificate, set NODE_EXTRA_CA_CERTS=ca.pem.`,
    )
    .action(async ({ kibana: url, space, tenant }: { kibana: string; space?: string; tenant?: string }, command: Command) => {
      const { json } = readSettings(command.optsWithGlobals(), context.environment);
      const file = readFileSync(join(projectRoot, FILE), 'utf8');
      const { signal } = context.stop;
      const imported = await importSavedObjects({ url, ...context.environment.kibana, space, tenant, signal }, file);
      const { product, version, objects } = imported;
      context.out.write(
        json
          ? `${JSON.stringify(imported)}\n`
          : `${objects} objects imported into ${[product, version].join(' ').trim()}: ${dashboards.length} dashboards, titled "[AWS] …".\n`,
      );
    });

  const all = new Command('dashboards')
    .summary('list the dashboards, or import them into Kibana')
    .description('Lists the dashboards of the page and of Kibana, or imports them.');
  for (const command of [list, install]) all.addCommand(command);
  return all;
}
