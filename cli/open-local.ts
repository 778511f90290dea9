import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Info, Progress, RunDetail } from '../core/api.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import type { Pipeline } from '../core/pipeline.ts';
import { OrgscopeError, toProblem } from '../core/problem.ts';
import { resolveIndexPattern } from '../core/resolve-index-pattern.ts';
import type { RunReport } from '../core/store.ts';
import { firstKeptDay, KEPT_RUNS } from '../mappings/retention.ts';
import { deadLetterFile } from '../runner/dead-letter-file.ts';
import { startRun } from '../runner/start-run.ts';
import { meteredStore } from '../server/metered-store.ts';
import type { LocalOrgscope } from '../server/orgscope.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import type { World } from './choose-world.ts';
import { compose } from './compose.ts';
import type { Environment } from './environment.ts';
import { logRetry, logRunEnded, logRunStarted } from './log-run.ts';
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
  readonly meter?: Meter;
  readonly log?: Log;
}

/** A run that this process has taken, from its submission on. */
interface Taken {
  report: RunReport;
  progress: () => Progress | null;
  readonly ended: Promise<RunReport>;
}

const RUNS_IN_STATUS = 20;
const PROGRESS_EVERY_MS = 200;
/** Ended runs are read from the store; the last ones are kept for those who are about to ask. */
const RUNS_KEPT = 50;

/** Orgscope over a store that this process holds. */
export async function openLocal(options: LocalOptions): Promise<LocalOrgscope> {
  const { world, clock, signal, meter, log } = options;
  const mappings = storeMappings();
  const opened = await openDuckdb({ path: world.store, mappings });
  const store = meter === undefined ? opened : meteredStore(opened, meter);
  const taken = new Map<string, Taken>();
  const composition = compose(options);
  let tail: Promise<unknown> = Promise.resolve();
  let running: Taken | undefined;

  const info: Info = { version: options.version, sample: world.sample, store: shownPath(world.store) };

  function take(pipelines: readonly Pipeline[], resume = false): string {
    const id = runId(clock);
    const waiting = emptyReport(id, pipelines, clock);
    const ended = tail.then(async () => {
      running = entry;
      try {
        const run = startRun({
          id,
          pipelines,
          store,
          deadLetters: deadLetterFile(join(world.folder, 'dead-letters', `${id}.ndjson`)),
          clock,
          random: Math.random,
          signal,
          resume,
          onRetry(job, problem) {
            meter?.jobRetried(job.pipeline, problem.code);
            if (log !== undefined) logRetry(log, id, problem);
          },
        });
        entry.progress = run.progress;
        if (log !== undefined) logRunStarted(log, waiting);
        entry.report = await run.report;
        if (log !== undefined) await logRunEnded(log, entry.report, store.ledger);
      } catch (error) {
        entry.report = { ...waiting, state: 'failed', ended: clock.now().toISOString(), problems: [toProblem(error)] };
      } finally {
        running = undefined;
      }
      return entry.report;
    });
    const entry: Taken = { report: waiting, progress: () => null, ended };
    taken.set(id, entry);
    for (const old of [...taken.keys()].slice(0, -RUNS_KEPT)) if (taken.get(old)?.report.state !== 'running') taken.delete(old);
    tail = ended;
    return id;
  }

  async function findRun(id: string): Promise<RunReport | undefined> {
    const entry = taken.get(id);
    if (entry !== undefined && (entry.report.state !== 'running' || entry !== running)) return entry.report;
    return (await store.ledger.runs(1_000)).find((run) => run.id === id) ?? entry?.report;
  }

  return {
    info: async () => info,
    progress: () => running?.progress() ?? null,
    async ready() {
      await store.ledger.runs(1);
    },
    async status() {
      const [counts, runs] = await Promise.all([store.counts(), store.ledger.runs(RUNS_IN_STATUS)]);
      return { info, counts, runs: runs.map((run) => asItIs(run, taken)), progress: running?.progress() ?? null };
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
      return take(await composition.run(request), request.resume);
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
    async close() {
      await tail;
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
