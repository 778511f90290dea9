import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';

/** The arguments, options and help of `copy`; its work is loaded when it runs. */
export const copyCommand = (context: CommandContext): Command =>
  new Command('copy')
    .summary('copy a store: the embedded one to an engine, back, or from engine to engine')
    .description(
      'Copies every document and the ledger (what was read, runs, deliveries) from one store to another, and compares the counts. A copy that was ' +
        'stopped continues when it is started again. The target may hold documents already: the newer version of each stays. Runs on either ' +
        'engine wait until the copy has ended. Exit code 1 if the target has less than the source.',
    )
    .requiredOption('--from <place>', 'the source: duckdb (the store in --data), or http(s)://host:port')
    .requiredOption('--to <place>', 'the target, in the same form')
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope copy --from duckdb --to https://search.example.com:9200 --store-ca ca.pem
  $ orgscope copy --from https://search.example.com:9200 --to duckdb --data ./copy
  $ orgscope copy --from http://old:9200 --to https://user:password@new:9200 --json

ORGSCOPE_STORE_USER and ORGSCOPE_STORE_PASSWORD (or ORGSCOPE_STORE_API_KEY) apply to each engine whose address has no user.`,
    )
    .action(async (given: unknown, command: Command) => {
      const { copy } = await import('../copy.ts');
      await copy(context, given, command);
    });
