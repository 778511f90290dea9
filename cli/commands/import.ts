import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';

/** The arguments, options and help of `import`; its work is loaded when it runs. */
export const importCommand = (context: CommandContext): Command =>
  new Command('import')
    .summary('index the output of `aws … --output json`')
    .description(
      'Indexes dumps made with the AWS CLI (`aws ec2 describe-instances --output json > dump.json`), as if a sweep had read them. Resources ' +
        'that are not in a dump stay: only a complete sweep retires resources.',
    )
    .argument('<kind>', 'the kind of resource: see `orgscope collectors`')
    .argument('<file...>', 'JSON files')
    .option('--account <id>', 'account of resources whose record does not name one')
    .option('--region <name>', 'region of resources whose record does not name one')
    .addHelpText(
      'after',
      `
Examples:
  $ aws ec2 describe-instances --output json > instances.json
  $ orgscope import ec2-instance instances.json --account 111111111111 --region eu-west-1`,
    )
    .action(async (kind: string, files: string[], given: unknown, command: Command) => {
      const { importDumps } = await import('../import-dumps.ts');
      await importDumps(context, kind, files, given, command);
    });
