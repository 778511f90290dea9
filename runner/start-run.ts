import type { Job } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { JobReport } from '../core/store.ts';
import { conductRun, type Run, type RunBasis } from './conduct-run.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { pagedReports } from './paged-reports.ts';
import { type PipelineTally, runTally } from './run-tally.ts';
import { settleAll } from './settle-all.ts';
import { countsOf } from './settled-counts.ts';
import { withPlannedJobs } from './with-planned-jobs.ts';
import { describeJob, type WorkContext, type Worked, workJob } from './work-job.ts';
import { createWriter, DEFAULT_LIMITS, type WriterLimits } from './writer.ts';

export interface RunOptions extends RunBasis {
  readonly deadLetters: DeadLetterFile;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random: () => number;
  readonly limits?: WriterLimits;
  /** Leaves out the sweeps that runs of the last day completed before they were interrupted. */
  readonly resume?: boolean;
  /** An attempt at a job failed with this problem, and another one follows. */
  readonly onRetry?: (job: Job, problem: Problem) => void;
  /** Awaited before each job: a run that has to let other work go first waits here. */
  readonly turn?: (signal: AbortSignal) => Promise<void>;
}

/** Job reports are saved in groups, so that the ledger costs few transactions. */
const REPORTS_PER_SAVE = 200;

/** Runs pipelines into a store in this process: plans, works through the jobs, retries, writes, acknowledges and reports. */
export function startRun(options: RunOptions): Run {
  const { id, store, clock } = options;
  const { ledger } = store;
  const tally = runTally(options);
  const aborter = new AbortController();
  const abort = (): void => aborter.abort();
  const signal = AbortSignal.any([options.signal, aborter.signal]);
  const writer = createWriter(store, abort, options.limits ?? DEFAULT_LIMITS);
  const unsaved: JobReport[] = [];
  const context: WorkContext = {
    run: id,
    sweepTime: tally.started.getTime(),
    store,
    writer,
    deadLetters: options.deadLetters,
    clock,
    signal,
    ...(options.onRetry === undefined ? {} : { onRetry: options.onRetry }),
  };

  async function saveReports(atLeast: number): Promise<void> {
    if (unsaved.length < atLeast) return;
    const reports = unsaved.splice(0);
    try {
      await ledger.saveJobs(reports);
    } catch (error) {
      // The next time of saving tries them again.
      unsaved.unshift(...reports);
      throw error;
    }
  }

  async function finish(worked: Promise<Worked>, { addCounts }: PipelineTally): Promise<void> {
    const { report, written, objects } = await worked;
    unsaved.push(...pagedReports(report));
    for (const problem of report.problems) tally.problems.add(problem);
    for (const each of objects) tally.objects.add(each);
    addCounts(countsOf(report, written));
  }

  async function drive(each: PipelineTally, sweptBefore: ReadonlySet<string>): Promise<void> {
    const reports = await withPlannedJobs(tally, each, { ledger, clock, signal, sweptBefore }, async (queue) => {
      // A worker goes on to its next job while the last one's documents are still being stored.
      const finishing = new Set<Promise<void>>();
      const worker = async (): Promise<void> => {
        for (let planned = await queue.take(); planned !== undefined; planned = await queue.take()) {
          await options.turn?.(signal);
          each.counter.current = describeJob(planned.job);
          const { worked } = await workJob(planned, context, options.random);
          const tracked = finish(worked, each).then(() => void finishing.delete(tracked));
          finishing.add(tracked);
          await saveReports(REPORTS_PER_SAVE);
        }
      };
      try {
        await settleAll(Array.from({ length: each.pipeline.concurrency }, worker), abort);
      } finally {
        await writer.flush();
        await Promise.all(finishing);
      }
    });
    unsaved.push(...reports);
  }

  /** Each pipeline, once; one that takes something from what another of the run stores waits for it where nothing is stored yet. */
  function driveAll(sweptBefore: ReadonlySet<string>): readonly Promise<void>[] {
    const begun = new Map<string, Promise<void>>();
    const begin = (each: PipelineTally): Promise<void> => {
      const { name, after } = each.pipeline;
      const other = tally.pipelines.find(({ pipeline }) => pipeline.name === after?.pipeline);
      const own =
        begun.get(name) ??
        (after === undefined || other === undefined
          ? drive(each, sweptBefore)
          : after
              .hasStored((query) => (store.patient ?? store).answer(query, signal))
              // Whether the other one fails is its own matter.
              .then((stored) => (stored ? undefined : begin(other).catch(() => undefined)))
              .then(() => drive(each, sweptBefore)));
      begun.set(name, own);
      return own;
    };
    return tally.pipelines.map(begin);
  }

  const report = conductRun(
    tally,
    {
      work: (sweptBefore) => settleAll(driveAll(sweptBefore), abort),
      saveReports: () => saveReports(1),
      async settle() {
        if (writer.failure !== undefined) tally.problems.add(toProblem(writer.failure));
      },
      isInterrupted: () => options.signal.aborted,
    },
    { ledger, resume: options.resume === true, saveEveryMs: options.saveEveryMs },
  );
  return { id, progress: tally.progress, soFar: () => tally.report('running'), report };
}
