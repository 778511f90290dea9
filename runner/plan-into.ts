import type { Pipeline, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { toProblem } from '../core/problem.ts';
import type { FairQueue } from '../queue/fair-queue.ts';

export interface PlanningContext extends PlanContext {
  /** Jobs that are left out, since a run before this one completed them. */
  readonly sweptBefore: ReadonlySet<string>;
  /** Called for each job that is to be done. */
  planned(): void;
}

/** Fills a queue with a pipeline's jobs as there is room, and closes it. Never rejects: what went wrong is reported. */
export async function planInto(queue: FairQueue<PlannedJob>, pipeline: Pipeline, context: PlanningContext): Promise<void> {
  try {
    for await (const planned of pipeline.plan(context)) {
      if (context.signal.aborted) break;
      if (context.sweptBefore.has(planned.job.id)) {
        context.skipped(1);
        continue;
      }
      context.planned();
      await queue.push(planned.job.lane, planned);
    }
  } catch (error) {
    if (!context.signal.aborted) context.report(toProblem(error));
  } finally {
    queue.close();
  }
}
