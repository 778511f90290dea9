import { causeId } from '../core/group-problems.ts';
import type { Problem } from '../core/problem.ts';

const QUIET_MS = 60_000;
const CAUSES_KEPT = 1_000;

/** Reports a problem unless one of the same cause was reported within the last minute: every attempt meets a Redis that is down. */
export function sayOnce<Rest extends unknown[]>(
  say: (problem: Problem, ...rest: Rest) => void,
  now: () => number = () => performance.now(),
): (problem: Problem, ...rest: Rest) => void {
  const last = new Map<string, number>();
  return (problem, ...rest) => {
    const cause = causeId(problem);
    const at = now();
    if (at - (last.get(cause) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    last.delete(cause);
    last.set(cause, at);
    if (last.size > CAUSES_KEPT) last.delete(last.keys().next().value ?? '');
    say(problem, ...rest);
  };
}
