import type { ListingTrouble } from '../../core/object.ts';
import type { PlanContext } from '../../core/pipeline.ts';
import { toProblem } from '../../core/problem.ts';

/** Tells a run of what could not be listed, each by itself. */
export const troubleTo =
  ({ report, leaveOut }: Pick<PlanContext, 'report' | 'leaveOut'>) =>
  (trouble: ListingTrouble): void => {
    if (trouble.type === 'left-out') leaveOut(trouble.reason, trouble.object);
    else report(toProblem(trouble.error));
  };
