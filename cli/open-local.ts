import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Info, Progress, RunDetail } from '../core/api.ts';
import type { Clock } from '../core/clock.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import type { Pipeline } from '../core/pipeline.ts';
import { OrgscopeError, toProblem } from '../core/problem.ts';
import { resolveIndexPattern } from '../core/resolve-index-pattern.ts';
import type { RunReport } from '../core/store.ts';
import { firstKeptDay, KEPT_RUNS } from '../mappings/retention.ts';
import { deadLetterFile } from '../runner/dead-letter-file.ts';
import { type RunOptions, startRun } from '../runner/start-run.ts';
import { workGate } from '../runner/work-gate.ts';
import type { LocalOrgscope } from '../server/orgscope.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import type { World } from './choose-world.ts';
import { compose } from './compose.ts';
import type { Environment } from './environment.ts';
import { beforeOthers, followQueues, LIVE_LIMITS } from './live-trails.ts';
import { readRetention } from './read-retention.ts';
import type { Settings } from './settings.ts';
import { shownPath } from './shown-path.ts';
import { storeMappings } from './store-mappings.ts';

export interface LocalOptions {
  readonly world: World;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly version: string;
  readonly clock: Clock;
  /** Ends the run under way, which first stores what it has read, and those that wait. */
  readonly signal: AbortSignal;
}

/** A run that this process has taken, from its submission on. */
interface Taken {
  report: RunReport;
  progress: () => Progress | null;
  /** Starts it, once. */
  readonly begin: () => Promise<RunReport>;
  ended: Promise<RunReport>;
}

const RUNS_IN_STATUS = 20;
const PROGRESS_EVERY_MS = 200;
/** Runs that last for an hour or a week show meanwhile what they did. */
const SAVE_EVERY_MS = 15_000;
/** Ended runs are read from the store; the last ones are kept for those who are about to ask. */
const RUNS_KEPT = 50;

export interface OpenOrgscope extends LocalOrgscope {
  /** Keeps listening to the queues of trails until stopped; the runs at their times then leave these out. Resolves at the end. */
  followQueues(): Promise<void>;
}

/** Orgscope over a store that this process holds. */
export async function openLocal(options: LocalOptions): Promise<OpenOrgscope> {
  const { world, clock, signal } = options;
  const mappings = storeMappings();
  const store = await openDuckdb({ path: world.store, mappings });
  const taken = new Map<string, Taken>();
  const gate = workGate();
  const composition = compose(options);
  let tail: Promise<unknown> = Promise.resolve();
  let running: Taken | undefined;
  // Beside the others, and behind them: a backfill of months must not hold up the next hour's run.
  let backfillTail: Promise<unknown> = Promise.resolve();
  let backfilling: Taken | undefined;
  let live: Promise<void> | undefined;

  const info: Info = { version: options.version, sample: world.sample, store: shownPath(world.store) };

  function enter(
    pipelines: readonly Pipeline[],
    how: Pick<RunOptions, 'resume' | 'label' | 'turn' | 'limits' | 'saveEveryMs'>,
  ): Taken {
    const id = runId(clock);
    const waiting = emptyReport(id, pipelines, clock);
    const begin = async (): Promise<RunReport> => {
      try {
        const run = startRun({
          id,
          pipelines,
          store,
          deadLetters: deadLetterFile(join(world.folder, 'dead-letters', `${id}.ndjson`)),
          clock,
          random: Math.random,
          signal,
          ...how,
        });
        entry.progress = run.progress;
        entry.report = await run.report;
      } catch (error) {
        entry.report = { ...waiting, state: 'failed', ended: clock.now().toISOString(), problems: [toProblem(error)] };
      }
      return entry.report;
    };
    const entry: Taken = { report: waiting, progress: () => null, begin, ended: Promise.resolve(waiting) };
    taken.set(id, entry);
    for (const old of [...taken.keys()].slice(0, -RUNS_KEPT)) if (taken.get(old)?.report.state !== 'running') taken.delete(old);
    return entry;
  }

  function take(pipelines: readonly Pipeline[], resume = false): string {
    const entry = enter(pipelines, { resume });
    entry.ended = tail.then(async () => {
      running = entry;
      const leave = gate.enter();
      const report = await entry.begin();
      leave();
      running = undefined;
      return report;
    });
    tail = entry.ended;
    return entry.report.id;
  }

  function takeBackfill(pipelines: readonly Pipeline[]): string {
    const entry = enter(pipelines, { label: 'backfill', turn: gate.idle, saveEveryMs: SAVE_EVERY_MS });
    entry.ended = backfillTail.then(async () => {
      backfilling = entry;
      const report = await entry.begin();
      backfilling = undefined;
      return report;
    });
    backfillTail = entry.ended;
    return entry.report.id;
  }

  async function runLive(pipeline: Pipeline): Promise<RunReport> {
    const entry = enter([beforeOthers(pipeline, gate)], { label: 'live', limits: LIVE_LIMITS, saveEveryMs: SAVE_EVERY_MS });
    entry.ended = entry.begin();
    return entry.ended;
  }

  const progress = (): Progress | null => (running ?? backfilling)?.progress() ?? null;

  async function findRun(id: string): Promise<RunReport | undefined> {
    const entry = taken.get(id);
    if (entry !== undefined && (entry.report.state !== 'running' || entry.progress() === null)) return entry.report;
    return (await store.ledger.runs(1_000)).find((run) => run.id === id) ?? entry?.report;
  }

  return {
    info: async () => info,
    progress,
    async status() {
      const [counts, runs] = await Promise.all([store.counts(), store.ledger.runs(RUNS_IN_STATUS)]);
      return { info, counts, runs: runs.map((run) => asItIs(run, taken)), progress: progress() };
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
    sql: (text) => store.sql(text),
    async prune({ dryRun }) {
      const { days, problems } = readRetention(join(options.settings.lists, 'retention.txt'), mappings);
      const indices = mappings.map((mapping) => {
        const retentionDays = days.get(mapping.view) ?? null;
        const before = retentionDays === null ? null : firstKeptDay(mapping, retentionDays, clock.now());
        return { view: mapping.view, index: mapping.pattern, retentionDays, before };
      });
      const cutoffs = indices.flatMap(({ view, before }) => (before === null ? [] : [{ view, before }]));
      const { removed, runs } = await store.prune(cutoffs, { keptRuns: KEPT_RUNS, dryRun });
      const byView = new Map(cutoffs.map(({ view }, index) => [view, removed[index]]));
      const none = { documents: 0, oldest: null };
      return { indices: indices.map((index) => ({ ...index, ...(byView.get(index.view) ?? none) })), runs, problems };
    },
    async submit(request) {
      const pipelines = await composition.run(request, { queues: live === undefined });
      return request.backfill === undefined ? take(pipelines, request.resume) : takeBackfill(pipelines);
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
        if (known !== undefined) return asItIs(known, taken);
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
      return { run: asItIs(run, taken), ...(await store.ledger.jobs(id, { limit, failedOnly })) };
    },
    followQueues() {
      live ??= (async () => {
        const { open, pipeline } = await composition.live();
        await followQueues({ targets: composition.queues, open, pipeline, run: runLive, clock, signal });
      })();
      return live;
    },
    async close() {
      await Promise.all([tail, backfillTail, live?.catch(() => undefined)]);
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

/** A run that the ledger calls running but this process does not know was killed with its process: one process holds a store. */
function asItIs(run: RunReport, taken: ReadonlyMap<string, Taken>): RunReport {
  return run.state === 'running' && !taken.has(run.id) ? { ...run, state: 'interrupted' } : run;
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
