import type { ListingTrouble } from '../../core/object.ts';
import type { PlanContext } from '../../core/pipeline.ts';
import { toProblem } from '../../core/problem.ts';

/** Yields a listener that reports to a run what could not be listed. */
export const reportTrouble =
  ({ report, leaveOut }: Pick<PlanContext, 'report' | 'leaveOut'>) =>
  (trouble: ListingTrouble): void => {
    if (trouble.type === 'left-out') leaveOut(trouble.reason, trouble.object);
    else report(toProblem(trouble.error));
  };
