import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { z } from 'zod';
import { shownStore, worldToShow } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { retryLog } from '../app/log-run.ts';
import { embeddedStore, openSharedQueue } from '../app/open-shared-queue.ts';
import { sayOnce } from '../app/say-once.ts';
import { secretsOf } from '../app/secrets-of.ts';
import { checked, readSettings } from '../app/settings.ts';
import { thisProcess } from '../app/this-process.ts';
import type { PipelineName } from '../core/batch.ts';
import { systemClock } from '../core/clock.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { formatProblem, OrgscopeError, toProblem } from '../core/problem.ts';
import { shownLine } from '../core/shown-line.ts';
import type { WorkerEvent } from '../runner/start-worker.ts';
import { logForm } from './log-form.ts';

const whole = (name: string, atLeast: number, atMost: number) =>
  z.coerce
    .number(`${name} is a number`)
    .int(`${name} is a whole number`)
    .min(atLeast, `${name} is at least ${atLeast}`)
    .max(atMost, `${name} is at most ${atMost}`);

const options = z.object({
  pipelines: z.string().transform((text, issue): PipelineName[] => {
    const names = new Set(text.split(',').map((name) => name.trim()));
    const known = PIPELINE_NAMES.filter((name) => names.has(name));
    if (known.length < names.size) issue.addIssue(`--pipelines is a list of ${PIPELINE_NAMES.join(', ')}`);
    return known;
  }),
  concurrency: whole('--concurrency', 1, 1_000).optional(),
  perAccount: whole('--per-account', 1, 1_000),
  takeoverAfter: whole('--takeover-after', 5, 3_600),
  metricsPort: whole('--metrics-port', 0, 65_535).optional(),
  log: z.string().optional(),
});

/** `worker`: takes jobs until it is stopped, or the store fails. */
export async function worker(context: CommandContext, given: unknown, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const { pipelines, concurrency, perAccount, takeoverAfter, metricsPort, log: form } = checked(options, given);
  const { environment, err, out, stop, version } = context;
  const json = logForm(form, context) === 'json';
  const url = environment.redisUrl;
  if (url === undefined) {
    throw new OrgscopeError(
      'usage',
      'A worker takes its jobs from Redis, and ORGSCOPE_REDIS_URL is not set.',
      'Set ORGSCOPE_REDIS_URL=redis://host:6379 for `up` and for the workers; without Redis `up` carries out all jobs itself.',
    );
  }
  const chosen = worldToShow(settings);
  if (chosen.store.type === 'duckdb') {
    throw embeddedStore(`A worker can't write ${shownStore(chosen)}: the embedded store is a file that one process writes.`);
  }
  const [{ prometheusMeter }, { meteredStore }, { serveMetrics }, { openLog }, { deliveryTimes }] = await Promise.all([
    import('../server/prometheus-meter.ts'),
    import('../server/metered-store.ts'),
    import('../server/serve-metrics.ts'),
    import('../app/open-log.ts'),
    import('../app/delivery-times.ts'),
  ]);
  const meter = prometheusMeter({ clock: systemClock, version, deliveryTimes });
  const log = json ? openLog({ stream: err, clock: systemClock, secrets: secretsOf(environment) }) : undefined;
  const trouble = sayOnce((problem) => {
    if (log === undefined) err.write(`orgscope: ${shownLine(formatProblem(problem))}\n`);
    else log.warn({ code: problem.code, where: problem.where, next: problem.next }, problem.message);
  });
  const retried = retryLog(log);
  const takeoverMs = takeoverAfter * 1_000;
  const { queue, notices } = await openSharedQueue(url, {
    perAccount,
    takeoverMs,
    onTrouble: (error) => trouble(toProblem(error)),
  });
  for (const notice of notices) {
    if (log === undefined) err.write(`orgscope: ${notice}\n`);
    else log.warn({}, notice);
  }
  try {
    const [{ openStore }, { compose }, { startWorker }] = await Promise.all([
      import('../app/open-store.ts'),
      import('../app/compose.ts'),
      import('../runner/start-worker.ts'),
    ]);
    const {
      store: opened,
      world,
      deadLetters,
    } = await openStore(chosen, {
      settings,
      purpose: 'write',
      signal: stop.signal,
      onWaiting(problem) {
        meter.storeWaiting(problem?.code);
        if (problem !== undefined) trouble(problem);
      },
    });
    const store = meteredStore(opened, meter);
    const composition = compose({ world, settings, environment, clock: systemClock, signal: stop.signal, meter });
    let serving: Awaited<ReturnType<typeof serveMetrics>> | undefined;
    try {
      if (metricsPort !== undefined) {
        serving = await serveMetrics({
          host: environment.host,
          port: metricsPort,
          token: environment.token,
          metrics: meter,
          ready: async () => void (await store.ledger.runs(1)),
          onUnready: (error) => trouble(toProblem(error)),
        });
      }
      stop.listen(() => {
        if (log !== undefined) log.info({}, 'stopping: storing the records that were read, and putting unfinished jobs back');
        else
          err.write(
            '\nStopping: storing the records that were read, and putting unfinished jobs back. A second Ctrl-C stops at once.\n',
          );
      });
      const self = thisProcess();
      const host = self.host.split(' ', 1)[0] as string;
      const worker = startWorker({
        id: `${host}-${self.pid}-${randomBytes(3).toString('hex')}`,
        host,
        pid: self.pid,
        queue,
        store,
        deadLetters,
        pipelines,
        ...(concurrency === undefined ? {} : { concurrency }),
        takeoverMs,
        compose: async (request, name) => {
          const [pipeline] = await composition.run({ ...request, pipelines: [name] });
          if (pipeline === undefined) throw new Error(`there is no pipeline ${name}`);
          return pipeline;
        },
        clock: systemClock,
        random: Math.random,
        signal: stop.signal,
        onEvent(event) {
          if (event.type === 'retried') {
            meter.jobRetried(event.job.pipeline, event.problem.code);
            retried(event.problem, event.run);
          }
          if (settings.json) out.write(`${JSON.stringify(shownEvent(event))}\n`);
          else if (event.type === 'trouble') trouble(event.problem);
        },
      });
      const what = `Working on ${pipelines.join(', ')} for ${shownStore(world)}, from ${queue.name}`;
      log?.info({ version, pipelines, ...(serving === undefined ? {} : { metricsPort: serving.port }) }, what);
      if (!settings.json && log === undefined) out.write(`${what}. Ctrl-C stops.\n`);
      const failure = await worker.ended;
      if (failure !== undefined) throw failure;
    } finally {
      await serving?.close();
      await composition.close();
      await store.close();
    }
  } finally {
    await queue.close();
  }
}

/** A line of --json: which job began or ended when. */
function shownEvent(event: WorkerEvent): object {
  const at = systemClock.now().toISOString();
  if (event.type === 'trouble') return { at, ...event };
  const { payload: _, ...job } = event.job;
  return { at, ...event, job };
}
