import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import { VIEW_NAMES } from '../../core/view-names.ts';

/** The arguments, options and help of `sql`; its work is loaded when it runs. */
export const sqlCommand = (context: CommandContext): Command =>
  new Command('sql')
    .summary('query the embedded store in SQL, read-only')
    .description(
      'Queries the embedded store in SQL (DuckDB), read-only and without access to files. The views are ' +
        `${VIEW_NAMES.map((view) => view.replaceAll('-', '_')).join(', ')} (docs/fields.md). ` +
        'The columns are the mapped fields with their dotted names, in double quotes, ' +
        'and `document` as JSON. With --json, the output is an array of row objects, with DECIMAL and BIGINT as strings, so that no digit is lost.',
    )
    .argument('<statement>', 'a SELECT; put -- before one that starts with a dash')
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
      const { sql } = await import('../sql.ts');
      await sql(context, statement, command);
    });
