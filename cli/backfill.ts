import type { Command } from 'commander';
import { z } from 'zod';
import { worldToRun } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { checked, readSettings } from '../app/settings.ts';
import type { PipelineName } from '../core/batch.ts';
import { systemClock } from '../core/clock.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { OrgscopeError } from '../core/problem.ts';
import { followRun } from './follow-run.ts';
import { readSource } from './read-source.ts';

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
export async function backfill(context: CommandContext, name: PipelineName, given: unknown, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const today = systemClock.now().toISOString().slice(0, 10);
  const { from, to = today, accounts, source: place } = checked(options, given);
  if (from > to) throw new OrgscopeError('usage', `--from ${from} is after --to ${to}.`, 'Exchange them.');
  if (to > today) throw new OrgscopeError('usage', `--to ${to} is still to come.`, `Leave it out to read until today, ${today}.`);
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
}
