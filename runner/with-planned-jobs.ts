import type { Clock } from '../core/clock.ts';
import type { PlannedJob } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { JobReport, Ledger } from '../core/store.ts';
import { type FairQueue, fairQueue } from '../queue/fair-queue.ts';
import { pagedReports, planningReport } from './paged-reports.ts';
import type { PipelineTally, RunTally } from './run-tally.ts';

export interface PlanningOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Ends the planning, and empties the queue. */
  readonly signal: AbortSignal;
  /** Ids of jobs that an interrupted run completed: they are not planned again. */
  readonly sweptBefore: ReadonlySet<string>;
}

/** Jobs that are planned and not yet taken: enough to take turns between accounts, far too few to matter in memory. */
const PLANNED_AHEAD = 2_000;

/**
 * Plans a pipeline while `use` takes its jobs from the queue, and yields the reports of the planning, to be saved by the caller. Rejects only
 * with what `use` rejects with, once the planning has ended: what goes wrong while planning is added to the tally.
 */
export async function withPlannedJobs(
  tally: RunTally,
  { pipeline, counter }: PipelineTally,
  { ledger, clock, sweptBefore, ...options }: PlanningOptions,
  use: (queue: FairQueue<PlannedJob>) => Promise<void>,
): Promise<readonly JobReport[]> {
  const queue = fairQueue<PlannedJob>(PLANNED_AHEAD);
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const stop = (): void => queue.clear();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const met: Problem[] = [];
  const report = (problem: Problem): void => {
    met.push(problem);
    tally.problems.add(problem);
  };

  async function plan(): Promise<void> {
    try {
      const jobs = pipeline.plan({
        sweepTime: tally.started.getTime(),
        ledger,
        signal,
        report,
        skipped: tally.skip,
        leaveOut: (reason, object) => tally.objects.add({ type: 'left-out', pipeline: pipeline.name, reason, count: 1, object }),
        expect(jobs) {
          counter.expected = jobs;
        },
      });
      for await (const planned of jobs) {
        if (signal.aborted) break;
        if (sweptBefore.has(planned.job.id)) {
          tally.skip(1);
          continue;
        }
        counter.planned++;
        await queue.push(planned.job.lane, planned);
      }
    } catch (error) {
      if (!signal.aborted) report(toProblem(error));
    } finally {
      queue.close();
      counter.planning = false;
    }
  }

  const planning = plan();
  try {
    await use(queue);
  } catch (error) {
    failed.abort();
    throw error;
  } finally {
    await planning;
    counter.current = '';
    signal.removeEventListener('abort', stop);
  }
  return met.length === 0 ? [] : pagedReports(planningReport(tally.id, pipeline.name, met, clock.now()));
}
