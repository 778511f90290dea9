import type { Command } from 'commander';
import { worldToRun } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { readSettings } from '../app/settings.ts';
import type { PipelineName } from '../core/batch.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { OrgscopeError } from '../core/problem.ts';
import { followRun } from './follow-run.ts';
import { readSource } from './read-source.ts';

export interface RunOptions {
  readonly source?: string;
  readonly resume?: boolean;
  readonly again?: boolean;
}

/** `run`: one pipeline or all, once, with progress and a report; failed if anything failed. */
export async function run(
  context: CommandContext,
  name: PipelineName | 'all',
  given: RunOptions,
  command: Command,
): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const source = given.source === undefined ? undefined : readSource(name, given.source);
  if (source !== undefined && settings.sample) {
    throw new OrgscopeError('usage', '--sample has sources of its own.', 'Leave out --sample or --source.');
  }
  const world = worldToRun(settings, source);
  if (world.sample && !settings.json) {
    context.err.write(
      'This is the made-up sample organisation, without calls to AWS. Name your accounts in lists/account.txt, or give --organization or --source.\n',
    );
  }
  await withOrgscope(world, settings, context, 'write', async (orgscope) => {
    const pipelines = name === 'all' ? PIPELINE_NAMES : [name];
    const id = await orgscope.submit({
      pipelines,
      ...(source === undefined ? {} : { source }),
      resume: given.resume === true,
      again: given.again === true,
    });
    await followRun(orgscope, id, settings, context);
  });
}
