import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Info, Progress, RunDetail, RunRequest } from '../core/api.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import type { Job, Pipeline } from '../core/pipeline.ts';
import { formatProblem, OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import { resolveIndexPattern } from '../core/resolve-index-pattern.ts';
import type { Cutoff, Gap, RunReport } from '../core/store.ts';
import { firstKeptDay, KEPT_RUNS } from '../mappings/retention.ts';
import { forgetfulStore } from '../runner/forgetful-store.ts';
import { isHeld, type Lease, takeLease } from '../runner/run-lease.ts';
import { startQueuedRun } from '../runner/start-queued-run.ts';
import { type Run, type RunOptions, startRun } from '../runner/start-run.ts';
import { workGate } from '../runner/work-gate.ts';
import { meteredStore } from '../server/metered-store.ts';
import type { LocalOrgscope } from '../server/orgscope.ts';
import { shownStore, type World } from './choose-world.ts';
import { compose } from './compose.ts';
import type { Environment } from './environment.ts';
import { logRetry, logRunEnded, logRunStarted, logStoreWaiting } from './log-run.ts';
import { queueFor } from './open-shared-queue.ts';
import { openStore, type Purpose } from './open-store.ts';
import { readRetention } from './read-retention.ts';
import type { Settings } from './settings.ts';
import { storeMappings } from './store-mappings.ts';
import { isAlive, thisProcess } from './this-process.ts';

export interface LocalOptions {
  readonly world: World;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly version: string;
  readonly clock: Clock;
  /** Ends the run under way, which first stores what it has read, and those that wait. */
  readonly signal: AbortSignal;
  readonly meter?: Meter;
  readonly log?: Log;
  readonly purpose: Purpose;
}

/** A run that this process has taken, from its submission on. */
interface Taken {
  report: RunReport;
  progress: () => Progress | null;
  ended: Promise<RunReport>;
}

const RUNS_IN_STATUS = 20;
const PROGRESS_EVERY_MS = 200;
/** Ended runs are read from the store; the last ones are kept for those who are about to ask. */
const RUNS_KEPT = 50;
const DEAD_LETTERS_SHOWN = 20;
/** Runs that last for an hour or a week show meanwhile what they did. */
const SAVE_EVERY_MS = 15_000;
/** Counting an engine's documents has a price, and the page asks every few seconds. */
const GAPS_KEPT_MS = 15_000;

export interface OpenOrgscope extends LocalOrgscope {
  readonly world: World;
  /** Keeps listening to the queues of trails until stopped; the runs at their times then leave these out. Resolves at the end. */
  followQueues(): Promise<void>;
}

/** Orgscope over a store that this process has open: the embedded one by itself, an engine beside others. */
export async function openLocal(options: LocalOptions): Promise<OpenOrgscope> {
  const { clock, signal, meter, log } = options;
  const mappings = storeMappings();
  /** Why the store takes nothing now. */
  let waiting: string | undefined;
  const {
    store: opened,
    world,
    deadLetters,
    sql,
    shared,
  } = await openStore(options.world, {
    settings: options.settings,
    purpose: options.purpose,
    signal,
    onWaiting(problem) {
      meter?.storeWaiting(problem?.code);
      const now = problem === undefined ? undefined : formatProblem(problem);
      if (log !== undefined && now !== waiting) logStoreWaiting(log, problem);
      waiting = now;
    },
  });
  const store = meter === undefined ? opened : meteredStore(opened, meter);
  const self = thisProcess();
  const leasing = { ledger: store.ledger, self, clock, isAlive };
  const taken = new Map<string, Taken>();
  const composition = compose({ ...options, world });
  const queue = await queueFor(world, options.environment, options.purpose).catch(async (error) => {
    await store.close();
    throw error;
  });
  /** The last run of each pipeline: none overlaps itself, and different ones may run beside one another. */
  const tails = new Map<PipelineName, Promise<unknown>>();
  const running = new Set<Taken>();
  const gate = workGate();
  // Beside the others, and behind them: a backfill of months must not hold up the next hour's run.
  let backfillTail: Promise<unknown> = Promise.resolve();
  let backfilling: Taken | undefined;
  let live: Promise<void> | undefined;
  let gapsOf: { readonly at: number; readonly gaps: Promise<readonly Gap[]> } | undefined;

  const info: Info = { version: options.version, sample: world.sample, store: shownStore(world) };

  /** While another process runs one of the pipelines this one waits, and its progress says for whom. */
  function lease(run: string, pipelines: readonly Pipeline[], entry: Taken): Promise<Lease> {
    const started = clock.now().getTime();
    const names = pipelines.map(({ name }) => name);
    return takeLease({
      ...leasing,
      run,
      pipelines: names,
      signal,
      wait: (delayMs, until) => sleep(delayMs, undefined, until === undefined ? {} : { signal: until }),
      onWaiting(waitedFor, holder) {
        const idle = { planned: 0, planning: true, done: 0, failed: 0, documents: 0, bytes: 0, current: '' };
        entry.progress = () => ({
          run,
          elapsedMs: clock.now().getTime() - started,
          waiting: `Run ${holder.run} of ${holder.host.split(' ', 1)[0]}, process ${holder.pid}, has ${waitedFor}: waiting for its end`,
          pipelines: names.map((pipeline) => ({ pipeline, ...idle })),
        });
      },
    });
  }

  function register(pipelines: readonly Pipeline[]): Taken {
    const report = emptyReport(runId(clock), pipelines, clock);
    const entry: Taken = { report, progress: () => null, ended: Promise.resolve(report) };
    taken.set(report.id, entry);
    for (const old of [...taken.keys()].slice(0, -RUNS_KEPT)) if (taken.get(old)?.report.state !== 'running') taken.delete(old);
    return entry;
  }

  /** A run beside those that take turns: it reads what no other one does at the time, or what does no harm twice. */
  async function runBeside(
    entry: Taken,
    pipelines: readonly Pipeline[],
    how: Pick<RunOptions, 'label' | 'turn' | 'limits'>,
    request?: RunRequest,
  ): Promise<RunReport> {
    const { id } = entry.report;
    const saved = { saveEveryMs: SAVE_EVERY_MS, deadLetters: deadLetters(id), random: Math.random, onRetry: onRetry(id) };
    const run =
      queue === undefined || request === undefined
        ? startRun({ id, pipelines, store, clock, signal, ...saved, ...how })
        : startQueuedRun({ id, pipelines, store, clock, signal, request, queue });
    await untilEnd(entry, run, false);
    gapsOf = undefined;
    return entry.report;
  }

  const onRetry =
    (run: string) =>
    (job: Job, problem: Problem): void => {
      meter?.jobRetried(job.pipeline, problem.code);
      if (log !== undefined) logRetry(log, run, problem);
    };

  /** Shows and logs a run that has begun, and keeps its report. */
  async function untilEnd(entry: Taken, run: Run, again: boolean): Promise<void> {
    entry.progress = () => ({ ...run.progress(), ...(waiting === undefined ? {} : { waiting }) });
    if (log !== undefined) logRunStarted(log, entry.report);
    entry.report = await run.report;
    if (log !== undefined) await logRunEnded(log, entry.report, store.ledger);
    // What can't be noted now is noted at the end of the next run.
    const { pipelines, state } = entry.report;
    await shared?.settle({ pipelines, again: again && state === 'succeeded' }).catch(() => undefined);
  }

  function takeBackfill(pipelines: readonly Pipeline[], request: RunRequest): string {
    const entry = register(pipelines);
    entry.ended = backfillTail.then(async () => {
      backfilling = entry;
      const report = await runBeside(entry, pipelines, { label: 'backfill', turn: gate.idle }, request);
      backfilling = undefined;
      return report;
    });
    backfillTail = entry.ended;
    return entry.report.id;
  }

  async function followLive(): Promise<void> {
    const [{ open, pipeline }, { beforeOthers, followQueues, LIVE_LIMITS }] = await Promise.all([
      composition.live(),
      import('./live-trails.ts'),
    ]);
    const run = (each: Pipeline): Promise<RunReport> => {
      const entry = register([each]);
      entry.ended = runBeside(entry, [beforeOthers(each, gate)], { label: 'live', limits: LIVE_LIMITS });
      return entry.ended;
    };
    await followQueues({ targets: composition.queues, open, pipeline, run, clock, signal });
  }

  /** `request`: what others can compose the same pipelines from; without it this process does the work itself. */
  function take(pipelines: readonly Pipeline[], request?: RunRequest): string {
    const { resume = false, again = false } = request ?? {};
    const entry = register(pipelines);
    const { id, pipelines: names } = entry.report;
    entry.ended = Promise.all(names.map((name) => tails.get(name))).then(async () => {
      running.add(entry);
      const leave = gate.enter();
      let held: Lease | undefined;
      try {
        held = shared === undefined ? undefined : await lease(id, pipelines, entry);
        const ofRun = {
          id,
          pipelines,
          store: again ? forgetfulStore(store) : store,
          clock,
          signal: held === undefined ? signal : AbortSignal.any([signal, held.lost]),
        };
        const run =
          queue === undefined || request === undefined
            ? startRun({ ...ofRun, deadLetters: deadLetters(id), random: Math.random, resume, onRetry: onRetry(id) })
            : startQueuedRun({ ...ofRun, request, queue });
        await untilEnd(entry, run, again);
      } catch (error) {
        const problem = toProblem(error);
        const state = problem.code === 'interrupted' ? 'interrupted' : 'failed';
        entry.report = {
          ...entry.report,
          state,
          ended: clock.now().toISOString(),
          problems: [...entry.report.problems, problem],
        };
      } finally {
        await held?.release();
        gapsOf = undefined;
        running.delete(entry);
        leave();
      }
      return entry.report;
    });
    for (const name of names) tails.set(name, entry.ended);
    return id;
  }

  async function findRun(id: string): Promise<RunReport | undefined> {
    const entry = taken.get(id);
    if (entry !== undefined && (entry.report.state !== 'running' || entry.progress() === null)) return entry.report;
    return (await store.ledger.runs(1_000)).find((run) => run.id === id) ?? entry?.report;
  }

  /** A run that the ledger calls running, and nobody works on, was killed with its process. */
  async function asItIs(run: RunReport): Promise<RunReport> {
    if (run.state !== 'running' || taken.has(run.id)) return run;
    return shared !== undefined && (await isHeld(run, leasing)) ? run : { ...run, state: 'interrupted' };
  }

  /** Of all that runs now, under the id of what began first. */
  function progress(): Progress | null {
    const shown = running.size > 0 || backfilling === undefined ? [...running] : [backfilling];
    const all = shown.flatMap((each) => each.progress() ?? []);
    const [first] = all;
    return first === undefined ? null : { ...first, pipelines: all.flatMap(({ pipelines }) => pipelines) };
  }

  function retention() {
    const { days, problems } = readRetention(join(options.settings.lists, 'retention.txt'), mappings);
    const indices = mappings.map((mapping) => {
      const retentionDays = days.get(mapping.view) ?? null;
      const before = retentionDays === null ? null : firstKeptDay(mapping, retentionDays, clock.now());
      return { view: mapping.view, index: mapping.pattern, retentionDays, before };
    });
    const cutoffs: Cutoff[] = indices.flatMap(({ view, before }) => (before === null ? [] : [{ view, before }]));
    return { indices, cutoffs, problems };
  }

  function gaps(): Promise<readonly Gap[]> {
    if (shared === undefined) return Promise.resolve([]);
    const now = clock.now().getTime();
    if (gapsOf === undefined || now - gapsOf.at > GAPS_KEPT_MS) {
      gapsOf = { at: now, gaps: shared.gaps(retention().cutoffs) };
      gapsOf.gaps.catch(() => {
        gapsOf = undefined;
      });
    }
    return gapsOf.gaps;
  }

  return {
    world,
    info: async () => info,
    progress,
    async ready() {
      await store.ledger.runs(1);
    },
    queue: async () => queue?.status(),
    async status() {
      const [counts, runs, missing, waiting] = await Promise.all([
        store.counts(),
        store.ledger.runs(RUNS_IN_STATUS),
        gaps(),
        queue?.status(),
      ]);
      const shown = await Promise.all(runs.map(asItIs));
      return { info, counts, runs: shown, progress: progress(), gaps: missing, ...(waiting && { queue: waiting }) };
    },
    async query({ queries }) {
      const answers = await Promise.all(
        queries.map(async (query) => {
          try {
            return await store.answer(query);
          } catch (error) {
            return { type: 'error' as const, message: toProblem(error).message };
          }
        }),
      );
      return { answers };
    },
    async search({ index, query, limit, after }) {
      const { view, filter: indices } = resolveIndexPattern(index);
      const filters = [indices, parseLucene(query)];
      // By the last id rather than by an offset: what is written meanwhile moves no page, and no page costs more than the first.
      if (after !== undefined) filters.push({ type: 'range', field: '_id', gt: after });
      const answer = await store.answer({
        type: 'rows',
        view,
        filter: { type: 'and', filters },
        sort: [{ field: '_id', direction: 'asc' }],
        limit,
        offset: 0,
      });
      if (answer.type !== 'rows') throw new Error('rows were asked for');
      return answer;
    },
    sql,
    async prune({ dryRun }) {
      const { indices, cutoffs, problems } = retention();
      const { removed, runs } = await store.prune(cutoffs, { keptRuns: KEPT_RUNS, dryRun });
      const byView = new Map(cutoffs.map(({ view }, index) => [view, removed[index]]));
      const none = { documents: 0, oldest: null };
      return { indices: indices.map((index) => ({ ...index, ...(byView.get(index.view) ?? none) })), runs, problems };
    },
    async submit(request) {
      const pipelines = await composition.run(request, { queues: live === undefined && queue === undefined });
      return request.backfill === undefined ? take(pipelines, request) : takeBackfill(pipelines, request);
    },
    async submitImport(request) {
      if (world.sample)
        throw new OrgscopeError('usage', 'Nothing is imported into the sample.', 'Import with another --data folder.');
      return take(await composition.import(request));
    },
    async follow(id, onProgress) {
      const entry = taken.get(id);
      if (entry === undefined) {
        const known = await findRun(id);
        if (known !== undefined) return asItIs(known);
        throw new OrgscopeError('missing', `There is no run ${id}.`, 'See `orgscope status` for the last runs.');
      }
      const show = (): void => {
        const progress = entry.progress();
        if (progress !== null) onProgress(progress);
      };
      const timer = setInterval(show, PROGRESS_EVERY_MS);
      try {
        return await entry.ended;
      } finally {
        clearInterval(timer);
        show();
      }
    },
    async run(id, { limit, failedOnly }): Promise<RunDetail | undefined> {
      const run = await findRun(id);
      if (run === undefined) return undefined;
      const letters = await deadLetters(id).first(DEAD_LETTERS_SHOWN);
      return {
        run: await asItIs(run),
        ...(await store.ledger.jobs(id, { limit, failedOnly })),
        deadLetters: letters.map(({ source, reason }) => ({ source, reason })),
      };
    },
    followQueues() {
      live ??= followLive();
      return live;
    },
    async close() {
      await Promise.all([...tails.values(), backfillTail, live?.catch(() => undefined)]);
      await queue?.close();
      await composition.close();
      await store.close();
    },
  };
}

/** Sorts by time, and two of one second differ. */
function runId(clock: Clock): string {
  const time = clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

function emptyReport(id: string, pipelines: readonly Pipeline[], clock: Clock): RunReport {
  return {
    id,
    pipelines: pipelines.map(({ name }) => name),
    state: 'running',
    started: clock.now().toISOString(),
    problems: [],
    totals: {
      documents: 0,
      dropped: 0,
      deadLetters: 0,
      retired: 0,
      bytes: 0,
      written: 0,
      jobs: 0,
      failedJobs: 0,
      skippedSources: 0,
    },
  };
}
