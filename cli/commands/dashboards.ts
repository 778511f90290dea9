import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { InstallOptions } from '../install-dashboards.ts';
import { SAVED_OBJECTS_FILE } from '../saved-objects-file.ts';

/** The arguments, options and help of `dashboards`; its work is loaded when it runs. */
export function dashboardsCommand(context: CommandContext): Command {
  const list = new Command('list')
    .summary('list every dashboard with its views')
    .description('Prints every dashboard with its views, as the page and Kibana have them (there titled "[AWS] …").')
    .action(async (_options: unknown, command: Command) => {
      const { listDashboards } = await import('../list-dashboards.ts');
      listDashboards(context, command);
    });

  const install = new Command('install')
    .summary('import the dashboards into Kibana or OpenSearch Dashboards')
    .description(
      `Imports ${SAVED_OBJECTS_FILE} into Kibana 7.10 to 8, OpenSearch Dashboards 1 to 3 or products based on them. Objects of an earlier import are ` +
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
    .action(async (given: InstallOptions, command: Command) => {
      const { installDashboards } = await import('../install-dashboards.ts');
      await installDashboards(context, given, command);
    });

  const all = new Command('dashboards')
    .summary('list the dashboards, or import them into Kibana')
    .description('Lists the dashboards of the page and of Kibana, or imports them.');
  for (const command of [list, install]) all.addCommand(command);
  return all;
}
