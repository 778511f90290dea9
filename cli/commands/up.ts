import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import { QUEUE_LISTS } from '../../core/pipeline-facts.ts';
import { wordList } from '../../core/word-list.ts';
import { LOG_HELP } from '../log-form.ts';

/** The lists that may name queues. */
const LIVE_LISTS = wordList(
  QUEUE_LISTS.map((file) => `lists/${file}`),
  'or',
);
/** The arguments, options and help of `up`; its work is loaded when it runs. */
export const upCommand = (context: CommandContext): Command =>
  new Command('up')
    .summary('run all pipelines and serve the dashboards (npm start)')
    .description(
      'Serves the dashboards, runs all pipelines, and runs them again every hour or on the schedules of lists/schedules.txt. Objects that a queue in ' +
        `${LIVE_LISTS} announces are read as they are delivered. ` +
        'After a run, documents that are older than their retention (lists/retention.txt) are removed. ' +
        'With ORGSCOPE_REDIS_URL, workers carry out the jobs (see `worker`). While the lists name nothing and --organization is not given, ' +
        'it shows a sample organisation and makes no call to ' +
        'AWS. Ctrl-C stops after storing the records that were read; a second Ctrl-C stops at once.',
    )
    .option('--port <n>', 'port of the page', context.environment.port)
    .option(
      '--host <address>',
      'address to listen on; if other machines can reach it, every request needs a token',
      context.environment.host,
    )
    .option(
      '--every <time>',
      'interval of pipelines that have no schedule in lists/schedules.txt: 30s, 5m, 1h, 1d, or never',
      '1h',
    )
    .option('--log <form>', LOG_HELP)
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope up                                               the sample, or the sources that lists/ names
  $ orgscope up --organization --role-name OrgscopeRead --profile audit
  $ orgscope up --port 9000 --every 15m
  $ orgscope up --host 0.0.0.0                                reachable from other machines: the printed address contains the token
  $ curl http://127.0.0.1:8686/metrics                        for Prometheus; /healthz and /readyz for probes

Files: DATA/up.json (mode 0600) has the address and the token with which other commands connect to this one.`,
    )
    .action(async (given: unknown, command: Command) => {
      const { up } = await import('../up.ts');
      await up(context, given, command);
    });
