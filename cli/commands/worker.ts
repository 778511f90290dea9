import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import { JOBS_PER_ACCOUNT_AND_SERVICE, TAKEOVER_MS } from '../../app/open-shared-queue.ts';
import { PIPELINE_NAMES, PIPELINES } from '../../core/declared-pipelines.ts';
import { LOG_HELP } from '../log-form.ts';

/** The arguments, options and help of `worker`; its work is loaded when it runs. */
export const workerCommand = (context: CommandContext): Command =>
  new Command('worker')
    .summary('carry out the jobs that `up` and `run` put into the queue on Redis')
    .description(
      'Takes jobs from the queue on Redis (ORGSCOPE_REDIS_URL) and writes their documents into the store, which must be an engine (--store). ' +
        'Start any number of workers, on any number of machines. Each needs the same lists and options as `up`, and access to the same credentials. ' +
        'Ctrl-C stores the records that were read and puts unfinished jobs back; after a second Ctrl-C the worker stops at once, and other workers take over its jobs.',
    )
    .option('--pipelines <list>', 'pipelines whose jobs it takes', PIPELINE_NAMES.join(','))
    .option(
      '--concurrency <n>',
      `jobs of each pipeline read at once (default: ${PIPELINES.map(({ name, concurrency }) => `${name} ${concurrency}`).join(', ')})`,
    )
    .option(
      '--per-account <n>',
      'jobs that call the same service in the same account at once, over all workers; give all workers the same value',
      String(JOBS_PER_ACCOUNT_AND_SERVICE),
    )
    .option(
      '--takeover-after <seconds>',
      'a worker that is silent for this long loses its jobs to other workers; give all workers the same value',
      String(TAKEOVER_MS / 1000),
    )
    .option('--metrics-port <n>', 'port of /metrics, /healthz and /readyz, on the address ORGSCOPE_HOST (default: none)')
    .option('--log <form>', LOG_HELP)
    .addHelpText(
      'after',
      `
Examples:
  $ export ORGSCOPE_REDIS_URL=redis://queue:6379 ORGSCOPE_STORE=http://search:9200
  $ orgscope worker
  $ orgscope worker --pipelines trails,s3 --concurrency 4

docs/queue.md has the requirements on Redis, and the guarantees when a worker, Redis or the store goes away.`,
    )
    .action(async (given: unknown, command: Command) => {
      const { worker } = await import('../worker.ts');
      await worker(context, given, command);
    });
