import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { world } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { checked, readSettings } from '../app/settings.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import { OrgscopeError } from '../core/problem.ts';
import { followRun } from './follow-run.ts';

const options = z.object({
  account: z
    .string()
    .regex(/^\d{12}$/, '--account is twelve digits')
    .optional(),
  region: z.string().min(1).optional(),
});

/** `import`: dumps made with the AWS CLI, through the same declaration as a sweep; it never retires anything. */
export async function importDumps(
  context: CommandContext,
  kind: string,
  files: string[],
  given: unknown,
  command: Command,
): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const { account, region } = checked(options, given);
  if (!kinds.some(({ name }) => name === kind)) {
    throw new OrgscopeError('usage', `There is no kind ${kind}.`, `Kinds: ${kinds.map(({ name }) => name).join(', ')}.`);
  }
  for (const file of files) {
    try {
      accessSync(file, constants.R_OK);
    } catch {
      throw new OrgscopeError('missing', `${file} can't be read.`, 'Give files that are there and that you may read.');
    }
  }
  if (settings.sample) throw new OrgscopeError('usage', 'Nothing is imported into the sample.', 'Leave out --sample.');
  await withOrgscope(world(settings, false), settings, context, 'write', async (orgscope) => {
    const id = await orgscope.submitImport({
      kind,
      files: files.map((file) => resolve(file)),
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
    });
    await followRun(orgscope, id, settings, context);
  });
}
