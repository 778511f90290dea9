import type { Progress } from '../core/api.ts';
import type { Clock } from '../core/clock.ts';
import type { Job, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { JobReport, RunReport, Store } from '../core/store.ts';
import { fairQueue } from '../queue/fair-queue.ts';
import type { Counter } from './counter.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { pagedReports } from './paged-reports.ts';
import { runState } from './run-state.ts';
import { addTo } from './totals.ts';
import { describeJob, type WorkContext, type Worked, workJob } from './work-job.ts';
import { createWriter, DEFAULT_LIMITS, type WriterLimits } from './writer.ts';

export interface RunOptions {
  readonly id: string;
  readonly pipelines: readonly Pipeline[];
  readonly store: Store;
  readonly deadLetters: DeadLetterFile;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random: () => number;
  /** Stops taking jobs, lets what was read be stored, and ends the run as `interrupted`. */
  readonly signal: AbortSignal;
  readonly limits?: WriterLimits;
  /** Leaves out the sweeps that runs of the last day completed before they were interrupted. */
  readonly resume?: boolean;
  /** An attempt at a job failed of this, and another one follows. */
  readonly onRetry?: (job: Job, problem: Problem) => void;
  /** Awaited before each job: what has to let other work go first waits here. */
  readonly turn?: (signal: AbortSignal) => Promise<void>;
  /** Saves what was done so far at this interval; without it at the end and after many jobs. For runs that last. */
  readonly saveEveryMs?: number;
  /** How the run is shown, where it is not one of all there is. */
  readonly label?: RunReport['label'];
}

/** A run under way. */
export interface Run {
  readonly id: string;
  progress(): Progress;
  /** What is known before the end. */
  soFar(): RunReport;
  /** Never rejects: whatever went wrong is in the report. */
  readonly report: Promise<RunReport>;
}

/** Jobs planned ahead of the workers: enough to take turns between accounts, far too few to matter in memory. */
const PLANNED_AHEAD = 2_000;
/** Job reports are saved in groups, so that the ledger costs few transactions. */
const REPORTS_PER_SAVE = 200;

/** Runs pipelines into a store: plans, works through the jobs, retries, writes, acknowledges and reports. */
export function startRun(options: RunOptions): Run {
  const { pipelines, store, clock } = options;
  const aborter = new AbortController();
  const signal = AbortSignal.any([options.signal, aborter.signal]);
  const writer = createWriter(store, () => aborter.abort(), options.limits ?? DEFAULT_LIMITS);
  const state = runState(options);
  const { counters, problems, leftOut, totals } = state;
  const unsaved: JobReport[] = [];
  const context: WorkContext = {
    run: options.id,
    sweepTime: state.started.getTime(),
    store,
    writer,
    deadLetters: options.deadLetters,
    clock,
    signal,
    ...(options.onRetry === undefined ? {} : { onRetry: options.onRetry }),
  };

  async function saveJobs(atLeast: number): Promise<void> {
    if (unsaved.length >= atLeast) await store.ledger.saveJobs(unsaved.splice(0));
  }

  async function finish(worked: Promise<Worked>, counter: Counter): Promise<void> {
    const { report, written, leftOut: ofJob } = await worked;
    unsaved.push(...pagedReports(report));
    for (const problem of report.problems) problems.add(problem);
    for (const each of ofJob) leftOut.add(each);
    addTo(totals, report, written);
    counter.documents += report.documents;
    counter.bytes += report.bytes;
    counter.done++;
    if (report.state === 'failed') counter.failed++;
  }

  async function drive(pipeline: Pipeline, counter: Counter): Promise<void> {
    const queue = fairQueue<PlannedJob>(PLANNED_AHEAD);
    const stop = () => queue.clear();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();

    const planner = state.plan(queue, pipeline, counter, signal).then((reports) => void unsaved.push(...reports));

    // A worker goes on to its next job while the last one's documents are still being stored.
    const finishing = new Set<Promise<void>>();
    const worker = async () => {
      for (let planned = await queue.take(); planned !== undefined; planned = await queue.take()) {
        await options.turn?.(signal);
        counter.current = describeJob(planned.job);
        const { worked } = await workJob(planned, context, options.random);
        const tracked = finish(worked, counter).then(() => void finishing.delete(tracked));
        finishing.add(tracked);
        await saveJobs(REPORTS_PER_SAVE);
      }
    };
    await Promise.all([planner, ...Array.from({ length: pipeline.concurrency }, worker)]);
    await writer.flush();
    await Promise.all(finishing);
    counter.current = '';
    signal.removeEventListener('abort', stop);
  }

  function saveAtTimes(everyMs: number): { stop(): Promise<void> } {
    let saved = totals.jobs;
    let saving = Promise.resolve();
    const save = async (): Promise<void> => {
      if (totals.jobs === saved) return;
      saved = totals.jobs;
      await saveJobs(1);
      await store.ledger.saveRun(state.report('running'));
    };
    const timer = setInterval(() => {
      // A store that fails is said by what is written to it besides.
      saving = saving.then(save).catch(() => undefined);
    }, everyMs);
    return {
      async stop() {
        clearInterval(timer);
        await saving;
      },
    };
  }

  async function run(): Promise<RunReport> {
    try {
      if (options.resume === true) await state.resume();
      await store.ledger.saveRun(state.report('running'));
      const saving = options.saveEveryMs === undefined ? undefined : saveAtTimes(options.saveEveryMs);
      try {
        await Promise.all(pipelines.map((pipeline, index) => drive(pipeline, counters[index] as Counter)));
      } finally {
        await saving?.stop();
      }
      await saveJobs(1);
    } catch (error) {
      problems.add(toProblem(error));
    }
    if (writer.failure !== undefined) problems.add(toProblem(writer.failure));
    return state.end(options.signal.aborted);
  }

  return {
    id: options.id,
    progress: state.progress,
    soFar: () => state.report('running'),
    report: run(),
  };
}
