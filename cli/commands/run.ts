import { Argument, Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { PipelineName } from '../../core/batch.ts';
import { DATASETS } from '../../core/declared-datasets.ts';
import { PIPELINE_NAMES, PIPELINES } from '../../core/declared-pipelines.ts';
import type { PipelineFacts } from '../../core/pipeline-facts.ts';
import type { RunOptions } from '../run.ts';

const namesOf = (which: (pipeline: PipelineFacts) => boolean): string =>
  PIPELINES.filter(which)
    .map(({ name }) => name)
    .join(', ');
/** What `--source` may be: `trails, billing; s3: only s3://`. */
const SOURCES = [
  namesOf(({ source }) => source.takes === 'folder or s3'),
  ...PIPELINES.flatMap(({ name, source }) => (source.takes === 's3' ? [`${name}: only s3://`] : [])),
].join('; ');
/** Only pipelines that read objects keep in the ledger what they have read. */
const readsObjects = ({ lists }: PipelineFacts): boolean =>
  lists.some((list) => list.names === 'buckets' && list.objects === 'read');

const NAME_WIDTH = Math.max(...DATASETS.map(({ name }) => name.length));

/** The arguments, options and help of `run`; its work is loaded when it runs. */
export const runCommand = (context: CommandContext): Command =>
  new Command('run')
    .summary('run pipelines once, and print a report')
    .description(
      `Runs pipelines once and prints a report. Pipelines: ${PIPELINES.map(({ name, summary }) => `${name} (${summary})`).join(', ')}. ` +
        'Objects that were read before are not opened again. Exit code 1 if anything failed; the other results are stored.',
    )
    .addArgument(new Argument('<pipeline>', 'what to run').choices([...PIPELINE_NAMES, 'all']))
    .option('--source <place>', `a folder, or s3://bucket/prefix, instead of the sources in the lists (${SOURCES})`)
    .option('--resume', 'leave out sweeps that interrupted runs of the last day completed')
    .option(
      '--again',
      `also read objects that were read before, to restore documents that an engine has lost (${namesOf(readsObjects)})`,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope run all
  $ orgscope run trails --source ./CloudTrail            in the folders that AWS writes, or flat, under any name
  $ orgscope run trails --source s3://my-trail/AWSLogs --profile audit
  $ orgscope run logs --source s3://my-logs/AWSLogs      flow logs, access logs and the like (docs/logs.md)
  $ orgscope run billing --source ./cur                  a manifest and its parts
  $ orgscope run inventory --organization --regions eu-west-1,us-east-1
  $ orgscope run inventory --resume                      after Ctrl-C or a crash: the remaining sweeps
  $ orgscope run trails --again                          where 'status' names a gap
  $ orgscope run all --json                              the report as one line of JSON, with the failed jobs under "failed"

Datasets of logs, which an object's name or first line tells, or a line of lists/logs.txt:
${DATASETS.map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)}  ${summary}\n`).join('')}
Which data:
  With --source, --organization or a name in the lists: your own (DATA/orgscope.duckdb). Otherwise the sample (DATA/sample/).
  While \`up\` runs on that store, the run takes place in \`up\`, and this command shows its progress. Ctrl-C stops a run of this
  process after storing the records that were read; a second Ctrl-C stops at once.`,
    )
    .action(async (name: PipelineName | 'all', given: RunOptions, command: Command) => {
      const { run } = await import('../run.ts');
      await run(context, name, given, command);
    });
