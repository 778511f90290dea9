import { Argument, Command } from 'commander';
import { z } from 'zod';
import { worldToRun } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { checked, readSettings } from '../app/settings.ts';
import type { PipelineName } from '../core/batch.ts';
import { systemClock } from '../core/clock.ts';
import { PIPELINES } from '../core/declared-pipelines.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { OrgscopeError } from '../core/problem.ts';
import { wordList } from '../core/word-list.ts';
import { followRun } from './follow-run.ts';
import { readSource } from './read-source.ts';

const ABLE = PIPELINES.filter((each) => each.backfill !== undefined);
const LISTS = wordList(
  ABLE.map(({ lists }) => `lists/${lists[0].file}`),
  'or',
);
const LAYOUTS = ABLE.map(({ name, backfill }) => `${name}: ${backfill?.layout}`).join('; ');

const date = (option: string) => z.iso.date(`${option} is a day such as 2026-01-31`);

const options = z.object({
  from: date('--from'),
  to: date('--to').optional(),
  accounts: z
    .string()
    .transform((text) => text.split(',').map((account) => account.trim()))
    .refine(
      (accounts) => accounts.every((account) => /^\d{12}$/.test(account)),
      '--accounts is a list of account ids of 12 digits',
    )
    .optional(),
  source: z.string().optional(),
});

/** `backfill`: reads what was delivered in the past, day by day, the newest first; behind all other work, and it may be interrupted. */
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

The report names days, accounts and regions for which nothing was found. While \`up\` runs on the store, the backfill runs in
\`up\`, after live and scheduled work, and continues if this command is stopped.`,
    )
    .action(async (name: PipelineName, given: unknown, command: Command) => {
      const settings = readSettings(command.optsWithGlobals(), context.environment);
      const today = systemClock.now().toISOString().slice(0, 10);
      const { from, to = today, accounts, source: place } = checked(options, given);
      if (from > to) throw new OrgscopeError('usage', `--from ${from} is after --to ${to}.`, 'Exchange them.');
      if (to > today)
        throw new OrgscopeError('usage', `--to ${to} is still to come.`, `Leave it out to read until today, ${today}.`);
      const source = place === undefined ? undefined : readSource(name, place);
      const world = worldToRun(settings, source);
      if (world.sample) {
        const next = `Name the bucket in lists/${factsOf(name).lists[0].file}, or give --source.`;
        throw new OrgscopeError('usage', 'Nothing of your own is named, and the sample has no past to read.', next);
      }
      await withOrgscope(world, settings, context, 'write', async (orgscope) => {
        const { regions } = settings;
        const id = await orgscope.submit({
          pipelines: [name],
          ...(source === undefined ? {} : { source }),
          backfill: { from, to, ...(accounts === undefined ? {} : { accounts }), ...(regions === undefined ? {} : { regions }) },
        });
        await followRun(orgscope, id, settings, context);
      });
    });
