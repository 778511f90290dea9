import { randomBytes } from 'node:crypto';
import type { Progress, RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Pipeline } from '../core/pipeline.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { RunReport } from '../core/store.ts';
import { isHeld } from '../runner/run-lease.ts';
import { runTally } from '../runner/run-tally.ts';
import { workGate } from '../runner/work-gate.ts';
import type { Composition } from './compose.ts';
import { leasingOf, type RunExecutorOptions, runExecutor, type SubmittedRun } from './run-executor.ts';

export interface OwnRunsOptions extends RunExecutorOptions {
  readonly composition: Composition;
}

const PROGRESS_EVERY_MS = 200;
/** The last runs are kept in memory, since clients ask for them soon; older ones are read from the store. */
const RUNS_KEPT = 50;

/** The runs of this process. Two runs of one pipeline never overlap, in this process or in others on the same store. */
export function ownRuns(options: OwnRunsOptions) {
  const { store, shared, composition, clock, signal } = options;
  const leasing = leasingOf(options);
  const execute = runExecutor(options);
  const taken = new Map<string, SubmittedRun>();
  /** The last run of each pipeline. Runs of different pipelines may overlap. */
  const tails = new Map<PipelineName, Promise<unknown>>();
  const running = new Set<SubmittedRun>();
  const gate = workGate();
  // A backfill runs beside other runs and yields to them: one of months must not delay the next scheduled run.
  let backfillTail: Promise<unknown> = Promise.resolve();
  let backfilling: SubmittedRun | undefined;
  let live: Promise<void> | undefined;

  function register(pipelines: readonly Pipeline[]): SubmittedRun {
    const report = runTally({ id: runId(clock), pipelines, clock }).report('running');
    const entry: SubmittedRun = { report, progress: () => null, ended: Promise.resolve(report) };
    taken.set(report.id, entry);
    for (const old of [...taken.keys()].slice(0, -RUNS_KEPT)) if (taken.get(old)?.report.state !== 'running') taken.delete(old);
    return entry;
  }

  function takeBackfill(pipelines: readonly Pipeline[], request: RunRequest): string {
    const entry = register(pipelines);
    entry.ended = backfillTail.then(async () => {
      backfilling = entry;
      const report = await execute(entry, pipelines, { label: 'backfill', turn: gate.idle, request });
      backfilling = undefined;
      return report;
    });
    backfillTail = entry.ended;
    return entry.report.id;
  }

  async function followLive(): Promise<void> {
    const [opener, { aheadOfBackfills, followQueues, LIVE_LIMITS }] = await Promise.all([
      composition.live(),
      import('./follow-queues.ts'),
    ]);
    const run = (each: Pipeline): Promise<RunReport> => {
      const entry = register([each]);
      entry.ended = execute(entry, [aheadOfBackfills(each, gate)], { label: 'live', limits: LIVE_LIMITS });
      return entry.ended;
    };
    await followQueues({ ...opener, queues: composition.queues, run, clock, signal });
  }

  /** From `request` workers compose the same pipelines; without it this process runs the jobs itself. */
  function take(pipelines: readonly Pipeline[], request?: RunRequest): string {
    const entry = register(pipelines);
    const { id, pipelines: names } = entry.report;
    entry.ended = Promise.all(names.map((name) => tails.get(name))).then(async () => {
      running.add(entry);
      const leave = gate.enter();
      const report = await execute(entry, pipelines, { request });
      running.delete(entry);
      leave();
      return report;
    });
    for (const name of names) tails.set(name, entry.ended);
    return id;
  }

  async function find(id: string): Promise<RunReport | undefined> {
    const entry = taken.get(id);
    if (entry !== undefined && (entry.report.state !== 'running' || entry.progress() === null)) return entry.report;
    return (await store.ledger.runs(1_000)).find((run) => run.id === id) ?? entry?.report;
  }

  /** A run that the ledger has as running, and that no process holds, was killed with its process: it is shown as interrupted. */
  async function asItIs(run: RunReport): Promise<RunReport> {
    if (run.state !== 'running') return run;
    const own = taken.get(run.id);
    if (own !== undefined) return own.soFar?.() ?? run;
    return shared !== undefined && (await isHeld(run, leasing)) ? run : { ...run, state: 'interrupted' };
  }

  /** The progress of all current runs, under the id of the first. */
  function progress(): Progress | null {
    const shown = running.size > 0 || backfilling === undefined ? [...running] : [backfilling];
    const all = shown.flatMap((each) => each.progress() ?? []);
    const [first] = all;
    return first === undefined ? null : { ...first, pipelines: all.flatMap(({ pipelines }) => pipelines) };
  }

  return {
    take,
    takeBackfill,
    find,
    asItIs,
    progress,
    /** Resolves when the run has ended. */
    async follow(id: string, onProgress: (progress: Progress) => void): Promise<RunReport> {
      const entry = taken.get(id);
      if (entry === undefined) {
        const known = await find(id);
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
    /** Keeps listening to the queues that the lists name until stopped. */
    followQueues() {
      live ??= followLive();
      return live;
    },
    get isLive() {
      return live !== undefined;
    },
    /** Resolves once all submitted runs have ended. */
    async settled() {
      await Promise.all([...tails.values(), backfillTail, live?.catch(() => undefined)]);
    },
  };
}

/** Ids sort by time, and two of the same second differ. */
function runId(clock: Clock): string {
  const time = clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
