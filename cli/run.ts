import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { PIPELINE_NAMES, type PipelineName } from '../core/batch.ts';
import { OrgscopeError } from '../core/problem.ts';
import { worldToRun } from './choose-world.ts';
import type { CommandContext } from './command-context.ts';
import { withOrgscope } from './connect.ts';
import { followRun } from './follow-run.ts';
import { readSettings } from './settings.ts';

/** `run`: one pipeline or all, once, with progress and a report; failed if anything failed. */
export const runCommand = (context: CommandContext): Command =>
  new Command('run')
    .summary('run pipelines once, and report')
    .description(
      'Runs pipelines once and reports: inventory (resources of every account), trails (CloudTrail events), s3 (buckets and their objects), ' +
        'billing (Cost & Usage Reports). What was read before is not opened again. Exit code 1 if anything failed; what did not is stored.',
    )
    .addArgument(new Argument('<pipeline>', 'what to run').choices([...PIPELINE_NAMES, 'all']))
    .option(
      '--source <place>',
      'a folder, or s3://bucket/prefix, instead of what the lists name (trails, billing; s3: only s3://)',
    )
    .option('--resume', 'leave out the sweeps that runs of the last day completed before they were interrupted')
    .option('--again', 'read also what was read before: fills what an engine has lost (trails, billing)')
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope run all
  $ orgscope run trails --source ./CloudTrail            .json and .json.gz, nested as AWS nests them, or flat
  $ orgscope run trails --source s3://my-trail/AWSLogs --profile audit
  $ orgscope run billing --source ./cur                  a manifest and its parts
  $ orgscope run inventory --organization --regions eu-west-1,us-east-1
  $ orgscope run inventory --resume                      after Ctrl-C or a crash: what is left
  $ orgscope run trails --again                          where 'status' names a gap
  $ orgscope run all --json                              the report as one line of JSON, with the failed jobs under "failed"

Which data:
  With --source, --organization or a name in the lists: your own (DATA/orgscope.duckdb). Else the sample's (DATA/sample/).
  While \`up\` runs on that store, the run is handed to it and followed here. Ctrl-C stops a run of this process: what was read is
  stored first, and a second Ctrl-C ends at once.`,
    )
    .action(
      async (name: PipelineName | 'all', given: { source?: string; resume?: boolean; again?: boolean }, command: Command) => {
        const settings = readSettings(command.optsWithGlobals(), context.environment);
        const source = given.source === undefined ? undefined : readSource(name, given.source);
        if (source !== undefined && settings.sample) {
          throw new OrgscopeError('usage', '--sample has sources of its own.', 'Leave out --sample or --source.');
        }
        const world = worldToRun(settings, source);
        if (world.sample && !settings.json) {
          context.err.write(
            'The sample organisation: made up, and AWS is asked nothing. Name your accounts in lists/account.txt, or say --organization or --source.\n',
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
      },
    );

/** A source as the store knows it: an absolute path, since `up` may run in another folder. */
function readSource(name: PipelineName | 'all', source: string): string {
  if (name === 'all' || name === 'inventory') {
    throw new OrgscopeError('usage', `\`run ${name}\` takes no --source.`, 'Say which: trails, billing or s3.');
  }
  if (source.startsWith('s3://')) {
    if (/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/.test(source)) return source;
    throw new OrgscopeError('usage', `${source} names no bucket.`, 'Write s3://bucket or s3://bucket/prefix.');
  }
  if (name === 's3') throw new OrgscopeError('usage', '`run s3` lists buckets.', 'Give --source s3://bucket/prefix.');
  const path = resolve(source);
  if (!existsSync(path))
    throw new OrgscopeError('missing', `${source} is not there.`, 'Give a folder that can be read, or s3://bucket/prefix.');
  return realpathSync(path);
}
