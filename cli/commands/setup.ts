import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { SetupOptions } from '../setup.ts';

/** The arguments, options and help of `setup`; its work is loaded when it runs. */
export const setupCommand = (context: CommandContext): Command =>
  new Command('setup')
    .summary('create templates, aliases and lifecycle policies in an engine')
    .description(
      'Creates what orgscope needs in an engine (--store): index templates, aliases, new fields of existing indices, and, where the engine has them, ' +
        'lifecycle policies by lists/retention.txt. It may be repeated: correct objects stay unchanged, and no field of an existing index ' +
        'ever changes its type. Commands that write do the same, so use setup to see the changes in advance, and after a change of the retention. ' +
        'Exit code 1 if something conflicts; then nothing is changed.',
    )
    .option('--dry-run', 'only show what would be done')
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope setup --store https://search.example.com:9200 --store-ca ca.pem --dry-run
  $ orgscope setup --store https://search.example.com:9200 --store-ca ca.pem
  $ orgscope setup --dry-run --json | jq '.steps[] | select(.action == "conflict")'`,
    )
    .action(async (given: SetupOptions, command: Command) => {
      const { setup } = await import('../setup.ts');
      await setup(context, given, command);
    });
