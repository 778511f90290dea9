import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { StatusOptions } from '../status.ts';

/** The arguments, options and help of `status`; its work is loaded when it runs. */
export const statusCommand = (context: CommandContext): Command =>
  new Command('status')
    .summary('show what is stored, what ran, what failed and why')
    .description(
      'Shows the store, the number of documents per index pattern, documents that were deleted outside of orgscope, the last runs, and the failures of the newest one with their reasons.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope status
  $ orgscope status --sample                     of the sample organisation, even if you have data of your own
  $ orgscope status --all                        each account, region and object with a problem
  $ orgscope status --json | jq .counts`,
    )
    .option('--all', 'show all locations of each problem of the newest run, and not only the first three')
    .action(async (given: StatusOptions, command: Command) => {
      const { status } = await import('../status.ts');
      await status(context, given, command);
    });
