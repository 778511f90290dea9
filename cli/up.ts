import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { shownStore, type World, worldToShow } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { projectRoot } from '../app/environment.ts';
import type { OpenOrgscope } from '../app/open-local.ts';
import { INTERVALS, parseInterval } from '../app/parse-interval.ts';
import { prefetchAnswers } from '../app/prefetch-answers.ts';
import { readSchedules } from '../app/read-schedules.ts';
import { secretsOf } from '../app/secrets-of.ts';
import { checked, readSettings, type Settings } from '../app/settings.ts';
import { shownPath } from '../app/shown-path.ts';
import { readUpFile, removeUpFile, writeUpFile } from '../app/up-file.ts';
import type { PipelineName } from '../core/batch.ts';
import { systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { LocalOrgscope } from '../core/orgscope.ts';
import { formatProblem, OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import type { Schedule } from '../core/schedule.ts';
import { shownLine } from '../core/shown-line.ts';
import { keepSchedules } from '../runner/keep-schedules.ts';
import { isLoopback } from '../server/check-origin.ts';
import { formatRunReport } from './format-run.ts';
import { logForm } from './log-form.ts';
import { formatRemoved } from './prune.ts';
import { showNothing, showProgress } from './show-progress.ts';

const options = z.object({
  host: z.string().min(1),
  port: z.coerce.number('--port is a number').int('--port is a whole number').min(0).max(65_535, '--port is at most 65535'),
  every: z.string().transform((text, issue) => {
    const interval = parseInterval(text);
    if (interval === undefined) issue.addIssue(`--every is a time ${INTERVALS}, or "never"`);
    return interval ?? null;
  }),
  log: z.string().optional(),
});

const FAILURES_SHOWN = 50;
/** Retention is in days, so pruning after every run of a frequent pipeline would be wasted work. */
const PRUNE_EVERY_MS = 55 * 60_000;

/** `up`: serves the page, runs all pipelines now and then again, and holds the store for the other commands. */
export async function up(context: CommandContext, given: unknown, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const { host, port, every, log: form } = checked(options, given);
  const { environment, err, stop, version } = context;
  const json = logForm(form, context) === 'json';
  const chosen = worldToShow(settings);
  // Every process can reach an engine directly: no command needs this one for it, and other processes may serve it too.
  const embedded = chosen.store.type === 'duckdb';
  const other = embedded ? readUpFile(chosen) : undefined;
  // In a container every start has the same process id: then the file was left by the process before, which was killed.
  if (other !== undefined && other.pid !== process.pid) {
    const next = `Open ${other.address}, or stop it first (process ${other.pid}), or give another folder with --data.`;
    throw new OrgscopeError('conflict', `orgscope is up already on ${shownPath(chosen.folder)}.`, next);
  }
  if (embedded) mkdirSync(chosen.folder, { recursive: true, mode: 0o700 });
  const token = environment.token ?? randomBytes(24).toString('base64url');
  // Loaded lazily: --help does not need the store, the SDK and the server.
  const [{ openLocal }, { serve }, { prometheusMeter }, { openLog }, { deliveryTimes }] = await Promise.all([
    import('../app/open-local.ts'),
    import('../server/serve.ts'),
    import('../server/prometheus-meter.ts'),
    import('../app/open-log.ts'),
    import('../app/delivery-times.ts'),
  ]);
  const meter = prometheusMeter({ clock: systemClock, version, deliveryTimes });
  const log = json ? openLog({ stream: err, clock: systemClock, secrets: [token, ...secretsOf(environment)] }) : undefined;
  const orgscope = await openLocal({
    world: chosen,
    settings,
    environment,
    version,
    clock: systemClock,
    signal: stop.signal,
    purpose: 'write',
    samplePast: true,
    meter,
    ...(log === undefined ? {} : { log }),
  });
  const { world } = orgscope;
  meter.watchQueue(orgscope.queue);
  try {
    const serving = await serve({
      orgscope,
      webRoot: join(projectRoot, 'web', 'dist'),
      host,
      port,
      token,
      metrics: meter,
      onDefect: (error) => complain(toProblem(error), context, log),
      onUnready: (error) => complain(toProblem(error), context, log),
    });
    try {
      // Other commands on this machine use this address, whatever --host is.
      if (embedded) writeUpFile(world, { address: serving.address, token, pid: process.pid });
      stop.listen(() => {
        if (log === undefined) err.write('\nStopping: storing the records that were read. A second Ctrl-C stops at once.\n');
        else log.info({}, 'stopping: storing the records that were read');
      });
      // Logs are stored and shared, so the token is left out. It is in up.json, or came from ORGSCOPE_TOKEN.
      const address = isLoopback(host) || log !== undefined ? serving.address : `${serving.address}/?token=${token}`;
      announce(context, world, settings, address, log);
      if (!world.sample) orgscope.followQueues().catch((error) => complain(toProblem(error), context, log));
      const onChanged = (): void => {
        if (embedded) void prefetchAnswers(orgscope, Date.now(), stop.signal);
      };
      onChanged();
      await keepRunning({ orgscope, onChanged, every, settings, context, log });
    } finally {
      if (embedded) removeUpFile(world);
      await serving.close();
    }
  } finally {
    await orgscope.close();
  }
}

function complain(problem: Problem, { err }: CommandContext, log: Log | undefined): void {
  if (log === undefined) err.write(`orgscope: ${shownLine(formatProblem(problem))}\n`);
  else log.error({ code: problem.code, where: problem.where, next: problem.next }, problem.message);
}

function announce(context: CommandContext, world: World, settings: Settings, address: string, log: Log | undefined): void {
  const store = shownStore(world);
  const whose = world.sample ? 'the SAMPLE ORGANISATION: made up, without calls to AWS' : 'your organisation';
  log?.info({ version: context.version, address, sample: world.sample, store }, `orgscope is up, with ${whose}`);
  if (settings.json) {
    context.out.write(`${JSON.stringify({ address, sample: world.sample, store })}\n`);
    return;
  }
  if (log !== undefined) return;
  context.out.write(`\n  orgscope ${context.version}   ${address}\n  store   ${store}\n`);
  if (world.sample) {
    context.out.write(
      '\n  This is the SAMPLE ORGANISATION: made up, without calls to AWS.\n' +
        '  To see your own: name your accounts in lists/account.txt, or start with --organization.\n',
    );
  }
  context.out.write('\n');
}

/** Runs each pipeline when it is due, until stopped. */
async function keepRunning({
  orgscope,
  onChanged,
  every,
  settings,
  context,
  log,
}: {
  orgscope: OpenOrgscope;
  /** Called after a run and its pruning, when documents may have changed. */
  onChanged: () => void;
  every: number | null;
  settings: Settings;
  context: CommandContext;
  log: Log | undefined;
}): Promise<void> {
  const { signal } = context.stop;
  const silent = settings.json || log !== undefined;
  const fallback: Schedule = every === null ? { type: 'once' } : { type: 'every', everyMs: every };
  const reported = new Set<string>();
  let shown = 0;
  let prunedAt = Number.NEGATIVE_INFINITY;

  function schedules(): ReadonlyMap<PipelineName, Schedule> {
    const { schedules, problems } = readSchedules(join(settings.lists, 'schedules.txt'), fallback);
    for (const problem of problems) {
      const line = formatProblem(problem);
      if (!reported.has(line)) complain(problem, context, log);
      reported.add(line);
    }
    return schedules;
  }

  async function run(pipelines: readonly PipelineName[]): Promise<void> {
    // Two progress displays would overwrite each other.
    const quiet = silent || shown > 0;
    shown++;
    try {
      const display = quiet ? showNothing : await showProgress(context.err);
      const id = await orgscope.submit({ pipelines, scheduled: true });
      const report = await orgscope.follow(id, display.show).finally(display.stop);
      // With a log, the run was logged already.
      if (settings.json || log === undefined) {
        const failed = settings.json ? ((await orgscope.run(id, { limit: FAILURES_SHOWN, failedOnly: true }))?.jobs ?? []) : [];
        context.out.write(settings.json ? `${JSON.stringify({ ...report, failed })}\n` : formatRunReport(report));
      }
      if (!signal.aborted && performance.now() - prunedAt >= PRUNE_EVERY_MS) {
        prunedAt = performance.now();
        await pruneAfter(orgscope, settings, context, log);
      }
      // Called after pruning, since that changes documents too.
      onChanged();
    } catch (error) {
      // The page keeps showing what is stored; the next run may succeed.
      complain(toProblem(error), context, log);
    } finally {
      shown--;
    }
    if (signal.aborted) return;
    log?.info({}, 'The page stays up');
    if (!silent) context.err.write('The page stays up. Ctrl-C stops.\n');
  }

  await keepSchedules({
    schedules,
    lastBegan: await orgscope.lastBegan(),
    run,
    clock: systemClock,
    random: Math.random,
    wait: (delayMs, until) => sleep(delayMs, undefined, { signal: until }).catch(() => undefined),
    signal,
  });
}

async function pruneAfter(
  orgscope: LocalOrgscope,
  settings: Settings,
  context: CommandContext,
  log: Log | undefined,
): Promise<void> {
  const { indices, problems } = await orgscope.prune({ dryRun: false });
  const pruned = indices.filter(({ documents }) => documents > 0);
  if (settings.json && pruned.length > 0) context.out.write(`${JSON.stringify({ pruned })}\n`);
  const removed = formatRemoved(pruned);
  if (log !== undefined && pruned.length > 0) log.info({ pruned }, removed.trim());
  if (log === undefined && !settings.json) context.out.write(removed);
  for (const problem of problems) complain(problem, context, log);
}
