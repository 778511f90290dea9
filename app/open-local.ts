import type { Info, Progress, RunDetail } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import { indexNames } from '../core/index-names.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import type { LocalOrgscope } from '../core/orgscope.ts';
import { formatProblem, OrgscopeError, toProblem } from '../core/problem.ts';
import type { Gap } from '../core/store.ts';
import { KEPT_RUNS } from '../mappings/retention.ts';
import { meteredStore } from '../server/metered-store.ts';
import { shownStore, type World } from './choose-world.ts';
import { compose } from './compose.ts';
import type { Environment } from './environment.ts';
import { findProblems } from './find-problems.ts';
import { indexRetention } from './index-retention.ts';
import { logStoreWaiting } from './log-run.ts';
import { queueFor } from './open-shared-queue.ts';
import { openStore, type Purpose } from './open-store.ts';
import { ownRuns } from './own-runs.ts';
import { searchDocuments } from './search-documents.ts';
import type { Settings } from './settings.ts';
import { storeMappings } from './store-mappings.ts';

export interface LocalOptions {
  readonly world: World;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly version: string;
  readonly clock: Clock;
  /** Ends the current run, which first stores what it has read, and the runs that wait. */
  readonly signal: AbortSignal;
  readonly meter?: Meter;
  readonly log?: Log;
  readonly purpose: Purpose;
  /** After the first run of the sample, also reads it as it was on past days; default false. */
  readonly samplePast?: boolean;
}

const RUNS_IN_STATUS = 20;
/** A pipeline that runs once a day is found behind many runs of one that runs every minute. */
const RUNS_SEARCHED = 1_000;
const DEAD_LETTERS_SHOWN = 20;
/** The page asks every few seconds, and counting an engine's documents takes it some work. */
const GAPS_KEPT_MS = 15_000;

export interface OpenOrgscope extends LocalOrgscope {
  readonly world: World;
  /** Keeps listening to the queues that the lists name until stopped; scheduled runs then leave these out. Resolves at the end. */
  followQueues(): Promise<void>;
  /** When each pipeline last began, as far as the reports of runs go back. */
  lastBegan(): Promise<ReadonlyMap<PipelineName, Date>>;
}

/** Orgscope over a store that this process has open: the embedded one exclusively, an engine together with other processes. */
export async function openLocal(options: LocalOptions): Promise<OpenOrgscope> {
  const { clock, signal, meter, log } = options;
  const mappings = storeMappings();
  const { resolve } = indexNames(mappings);
  /** Why the store takes no documents now. */
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
  const composition = compose({ ...options, world });
  const queue = await queueFor(world, options.environment, options.purpose).catch(async (error) => {
    await store.close();
    throw error;
  });
  let gapsOf: { readonly at: number; readonly gaps: Promise<readonly Gap[]> } | undefined;
  const runs = ownRuns({
    store,
    shared,
    deadLetters,
    queue,
    composition,
    clock,
    signal,
    meter,
    log,
    waiting: () => waiting,
    onEnded() {
      gapsOf = undefined;
      if (options.samplePast === true && world.sample) past ??= sweepPast();
    },
  });

  let past: Promise<void> | undefined;
  let pastProgress: (() => Progress) | undefined;
  async function sweepPast(): Promise<void> {
    // Set at once, so that the sample does not look complete before the first sweep of the past begins.
    pastProgress = () => ({ run: 'sample-past', elapsedMs: 0, pipelines: [] });
    try {
      const { sweepSamplePast } = await import('./sample-past.ts');
      await sweepSamplePast(store, { ...options, world }, signal, (run) => {
        pastProgress = run.progress;
      });
    } catch (error) {
      log?.warn({}, `The past of the sample was not read: ${toProblem(error).message}`);
    } finally {
      pastProgress = undefined;
    }
  }
  const progress = (): Progress | null => runs.progress() ?? pastProgress?.() ?? null;

  const info: Info = { version: options.version, sample: world.sample, store: shownStore(world) };

  const retention = () => indexRetention(options.settings.lists, mappings, clock.now());

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
    ready: () => store.ready(),
    queue: async () => queue?.status(),
    async status() {
      const [counts, last, missing, waiting] = await Promise.all([
        store.counts(),
        store.ledger.runs(RUNS_IN_STATUS),
        gaps(),
        queue?.status(),
      ]);
      const shown = await Promise.all(last.map(runs.asItIs));
      return { info, counts, runs: shown, progress: progress(), gaps: missing, ...(waiting && { queue: waiting }) };
    },
    answer: (query, signal) => store.answer(query, signal),
    search: (request, signal) => searchDocuments(store, resolve, request, signal),
    sql,
    async prune({ dryRun }) {
      const { indices, cutoffs, problems } = retention();
      const { removed, runs } = await store.prune(cutoffs, { keptRuns: KEPT_RUNS, dryRun });
      const byView = new Map(cutoffs.map(({ view }, index) => [view, removed[index]]));
      const none = { documents: 0, oldest: null };
      return { indices: indices.map((index) => ({ ...index, ...(byView.get(index.view) ?? none) })), runs, problems };
    },
    async submit(request) {
      const pipelines = await composition.run(request, { queues: !runs.isLive && queue === undefined });
      return request.backfill === undefined ? runs.take(pipelines, request) : runs.takeBackfill(pipelines, request);
    },
    async submitImport(request) {
      if (world.sample)
        throw new OrgscopeError('usage', 'Nothing is imported into the sample.', 'Import with another --data folder.');
      return runs.take(await composition.import(request));
    },
    follow: runs.follow,
    async run(id, { limit, failedOnly }): Promise<RunDetail | undefined> {
      const run = await runs.find(id);
      if (run === undefined) return undefined;
      const letters = await deadLetters(id).first(DEAD_LETTERS_SHOWN);
      return {
        run: await runs.asItIs(run),
        ...(await store.ledger.jobs(id, { limit, failedOnly })),
        deadLetters: letters.map(({ source, reason }) => ({ source, reason })),
      };
    },
    problems: (id, asked) => findProblems(store.ledger, id, asked),
    followQueues: runs.followQueues,
    async lastBegan() {
      const oldestFirst = [...(await store.ledger.runs(RUNS_SEARCHED))].reverse();
      return new Map(
        oldestFirst.flatMap(({ pipelines, started }) => pipelines.map((name) => [name, new Date(started)] as const)),
      );
    },
    async close() {
      await runs.settled();
      await past;
      await queue?.close();
      await composition.close();
      await store.close();
    },
  };
}
