import { causeId, type ProblemGroups } from '../core/group-problems.ts';
import type { Problem } from '../core/problem.ts';
import type { BoardProblems } from '../queue/run-board.ts';

/** Groups the problems of a job by cause, for the board, which adds up those of all jobs. */
export function problemsByCause(problems: readonly Problem[]): readonly BoardProblems[] {
  const causes = new Map<string, { count: number; readonly some: Problem[] }>();
  for (const problem of problems) {
    const cause = causeId(problem);
    const known = causes.get(cause) ?? { count: 0, some: [] };
    known.count += problem.count ?? 1;
    known.some.push(problem);
    causes.set(cause, known);
  }
  return [...causes].map(([cause, group]) => ({ cause, ...group }));
}

/** Adds the problems that the board has: the last one that it kept of a cause stands for those that it only counted. */
export function addFromBoard(groups: ProblemGroups, fromBoard: readonly BoardProblems[]): void {
  for (const { count, some } of fromBoard) {
    for (const [index, problem] of some.entries()) {
      groups.add({ ...problem, count: index === some.length - 1 ? count - index : 1 });
    }
  }
}
