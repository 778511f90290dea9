import { Argument, Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { PipelineName } from '../../core/batch.ts';
import { PIPELINES } from '../../core/declared-pipelines.ts';
import { wordList } from '../../core/word-list.ts';

const ABLE = PIPELINES.filter((each) => each.backfill !== undefined);
const LISTS = wordList(
  ABLE.map(({ lists }) => `lists/${lists[0].file}`),
  'or',
);
const LAYOUTS = ABLE.map(({ name, backfill }) => `${name}: ${backfill?.layout}`).join('; ');

/** The arguments, options and help of `backfill`; its work is loaded when it runs. */
export const backfillCommand = (context: CommandContext): Command =>
  new Command('backfill')
    .summary(
      `read past days of ${wordList(
        ABLE.map(({ name }) => name),
        'or',
      )}: newest first, resumable, behind other work`,
    )
    .description(
      `Reads the objects that were written on the given days, from the buckets of ${LISTS} or from --source, in the folders that AWS writes ` +
        `(${LAYOUTS}). ` +
        'There is one job for each account, region and day, the newest day first, and an estimate ' +
        'of the time left. Objects that were read before are not opened again, so the same command continues an interrupted backfill.',
    )
    .addArgument(new Argument('<pipeline>', 'what to read').choices(ABLE.map(({ name }) => name)))
    .requiredOption('--from <day>', 'the oldest day, such as 2026-01-01 (UTC)')
    .option('--to <day>', 'the newest day, which is included (default: today)')
    .option('--accounts <list>', 'only these account ids (default: all accounts that are found)')
    .option('--source <place>', `a folder, or s3://bucket/prefix, instead of the buckets of ${LISTS}`)
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope backfill trails --from 2026-01-01 --to 2026-06-30
  $ orgscope backfill trails --from 2026-06-01 --accounts 111122223333,444455556666 --regions eu-west-1,us-east-1
  $ orgscope backfill trails --from 2025-01-01 --to 2025-12-31 --source s3://archive/trails --profile log-archive
  $ orgscope backfill logs --from 2026-11-01 --to 2026-11-21

The report names days, accounts and regions for which nothing was found. While \`up\` runs on the store, the backfill runs in
\`up\`, after live and scheduled work, and continues if this command is stopped.`,
    )
    .action(async (name: PipelineName, given: unknown, command: Command) => {
      const { backfill } = await import('../backfill.ts');
      await backfill(context, name, given, command);
    });
