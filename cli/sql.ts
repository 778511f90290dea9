import { Command } from 'commander';
import { worldToShow } from './choose-world.ts';
import type { CommandContext } from './command-context.ts';
import { withOrgscope } from './connect.ts';
import { formatTable } from './format-table.ts';
import { readSettings } from './settings.ts';

/** `sql`: one read-only statement over the embedded store, as a table or as JSON. */
export const sqlCommand = (context: CommandContext): Command =>
  new Command('sql')
    .summary('ask the embedded store in SQL, read-only')
    .description(
      'Asks the embedded store in SQL (DuckDB), read-only and without reach into files. One view per kind of index: awscli (history), ' +
        'awscli_current, awscli_trail, awsbilling, awsusers. Columns are the mapped fields under their dotted names, in double quotes, ' +
        'and `document` as JSON. With --json: an array of row objects; DECIMAL and BIGINT as strings, so that no digit is lost.',
    )
    .argument('<statement>', 'a SELECT; one that starts with a dash stands after --')
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope sql 'SELECT "event.action", count(*) FROM awscli_trail GROUP BY 1 ORDER BY 2 DESC LIMIT 10'
  $ orgscope sql 'SELECT "cloud.account.name", "resource.type", count(*) FROM awscli_current GROUP BY ALL ORDER BY 3 DESC'
  $ orgscope sql "SELECT document->>'$.aws.ec2.instance.InstanceType' AS type, count(*) FROM awscli_current GROUP BY 1" --json
  $ orgscope sql 'DESCRIBE awsbilling'                                   the columns of a view`,
    )
    .action(async (statement: string, _options: unknown, command: Command) => {
      const settings = readSettings(command.optsWithGlobals(), context.environment);
      const answer = await withOrgscope(worldToShow(settings), settings, context, 'ask', (orgscope) => orgscope.sql(statement));
      if (settings.json) context.out.write(`${JSON.stringify(answer.rows)}\n`);
      else context.out.write(formatTable(answer.columns, answer.rows));
    });
