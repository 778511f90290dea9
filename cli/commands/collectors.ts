import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';

/** The arguments, options and help of `collectors`; its work is loaded when it runs. */
export const collectorsCommand = (context: CommandContext): Command =>
  new Command('collectors')
    .summary('list every kind of resource that orgscope reads')
    .description(
      'Prints every kind of resource that inventory reads, with its call and scope. With --json, also its IAM actions and fields.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ orgscope collectors\n  $ orgscope collectors --json | jq -r ".[].actions[]" | sort -u',
    )
    .action(async (_options: unknown, command: Command) => {
      const { collectors } = await import('../collectors.ts');
      collectors(context, command);
    });
