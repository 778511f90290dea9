import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/pipeline.ts';
import { OrgscopeError, toProblem } from '../core/problem.ts';
import type { Ledger } from '../core/store.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { jobKey, type QueuedJob } from '../queue/queued-job.ts';
import { problemsByCause } from './problems-by-cause.ts';
import { countsOf } from './settled-counts.ts';
import { failedReport } from './work-job.ts';

/** Gives a pipeline's jobs to Redis, and gives those again that Redis lost. */
export interface JobFeed {
  give(jobs: readonly Job[]): Promise<void>;
  /** Redis may come back from a restart without its newest writes: adds the jobs that are open on the board and in no queue. */
  restoreLost(): Promise<void>;
}

export interface JobFeedOptions {
  readonly run: string;
  readonly pipeline: PipelineName;
  readonly queue: SharedQueue;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** A job that Redis lost more often than this is reported as failed: a run must not go on for ever. */
const GIVEN_AGAIN = 3;

export function jobFeed({ run, pipeline, queue, ledger, clock }: JobFeedOptions): JobFeed {
  const { board, queues } = queue;
  /** Jobs that were given to Redis and may not have ended, with how often they were given again. */
  const given = new Map<string, { readonly queued: QueuedJob; times: number }>();

  async function giveUp(key: string, { job }: QueuedJob): Promise<void> {
    const problem = toProblem(new OrgscopeError('store', 'Redis lost this job again and again.', 'Look at the logs of Redis.'));
    const report = failedReport(run, job, problem, clock.now());
    await ledger.saveJobs([report]);
    await board.settle(run, pipeline, key, countsOf(report, 0), problemsByCause(report.problems));
  }

  return {
    async give(jobs) {
      if (jobs.length === 0) return;
      const added = jobs.map((job): QueuedJob => ({ run, job }));
      for (const queued of added) given.set(jobKey(queued), { queued, times: 0 });
      // The board comes first: a job that it has and the queue lacks is restored, while one that it lacks would never be restored.
      await board.open(run, pipeline, added.map(jobKey));
      await queues.add(pipeline, added);
    },
    async restoreLost() {
      const keys = await board.openKeys(run, pipeline);
      const open = new Set(keys);
      for (const key of given.keys()) if (!open.has(key)) given.delete(key);
      for (const key of await queues.missing(pipeline, keys)) {
        // The job may have ended between the two questions.
        if (!(await board.isOpen(run, pipeline, key))) continue;
        const lost = given.get(key);
        if (lost === undefined) continue;
        if (lost.times++ < GIVEN_AGAIN) await queues.add(pipeline, [lost.queued]);
        else await giveUp(key, lost.queued);
      }
    },
  };
}
