import { Argument, Command } from 'commander';
import { worldToRun } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { readSettings } from '../app/settings.ts';
import { PIPELINE_NAMES, type PipelineName } from '../core/batch.ts';
import { OrgscopeError } from '../core/problem.ts';
import { followRun } from './follow-run.ts';
import { readSource } from './read-source.ts';

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
  $ orgscope run trails --source ./CloudTrail            nested as AWS nests them, or flat, under any name
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
