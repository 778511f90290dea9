import type { LimitFunction } from 'p-limit';
import type { RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Job, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { TakenJob } from '../queue/job-queues.ts';
import type { QueuedRun } from '../queue/run-board.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { beginJob, RETRIED, type WorkContext, type Worked } from './work-job.ts';

export interface QueuedWorkContext extends Pick<WorkContext, 'store' | 'writer' | 'clock' | 'signal' | 'onRetry'> {
  readonly pipelineOf: (run: string, request: RunRequest, name: PipelineName) => Promise<Pipeline>;
  readonly deadLetters: (run: string) => DeadLetterFile;
  /** Bounds the jobs that are read at once; one whose documents are on their way to the store no longer counts. */
  readonly atOnce: LimitFunction;
}

/** Makes one attempt at a job from Redis, and yields what became of it; `again` where another attempt may help. */
export async function workQueuedJob(
  job: Job,
  run: QueuedRun,
  taken: TakenJob,
  { pipelineOf, atOnce, ...context }: QueuedWorkContext,
): Promise<Worked | 'again'> {
  let planned: PlannedJob;
  try {
    const pipeline = await pipelineOf(run.id, run.request, job.pipeline);
    planned = await pipeline.revive(job);
  } catch (error) {
    if (error instanceof OrgscopeError && RETRIED.includes(error.code) && !taken.last) return 'again';
    throw error;
  }
  async function fence(): Promise<void> {
    if (!taken.signal.aborted && (await taken.stillOurs())) return;
    throw new OrgscopeError('interrupted', 'Another worker has taken over this job.', '');
  }
  const ofJob: WorkContext = {
    ...context,
    run: run.id,
    sweepTime: run.sweepTime,
    deadLetters: context.deadLetters(run.id),
    signal: AbortSignal.any([context.signal, taken.signal]),
    fence,
  };
  const attempt = await atOnce(() => beginJob(planned, ofJob)(taken.last));
  return 'again' in attempt ? 'again' : attempt.worked;
}
