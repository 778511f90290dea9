import { causeId, groupProblems, groupsOf, type ProblemGroup } from '../core/group-problems.ts';
import { formatPlace, formatProblem, type Problem } from '../core/problem.ts';

/**
 * A line per cause, `✗` for what failed and `·` for what was left out: `✗ message → next (8 locations: …; …; … and 5 more: status --all)`.
 * A problem in one place begins with it.
 */
export function formatProblems(problems: readonly (Problem | ProblemGroup)[]): readonly string[] {
  return groupsOf(problems).map((group) => (group.code === 'interrupted' ? STOPPED : `${mark(group)} ${formatGroup(group)}`));
}

/** The command that shows all locations. */
const ALL = 'orgscope status --all';
/** The user stopped the run; the message would be the same for each job that was running. */
const STOPPED = '· stopped before the end → Run again: sources that are stored are not read again.';

/** Each cause, and below it every place. */
export function formatAll(problems: readonly Problem[]): readonly string[] {
  const causes = new Map<string, Problem[]>();
  for (const problem of problems) {
    const cause = causeId(problem);
    const known = causes.get(cause);
    if (known === undefined) causes.set(cause, [problem]);
    else known.push(problem);
  }
  const sorted = [...causes.values()].sort(([a], [b]) => Number(b?.severity === 'failed') - Number(a?.severity === 'failed'));
  return sorted.flatMap((ofCause) =>
    groupProblems(ofCause).flatMap((group) => [
      `${mark(group)} ${formatProblem({ ...group, where: {} })}${times(group.count)}`,
      ...ofCause.map(
        ({ where, count = 1 }) => `    ${formatPlace(where)}${where.call === undefined ? '' : `  ${where.call}`}${times(count)}`,
      ),
    ]),
  );
}

const times = (count: number): string => (count === 1 ? '' : ` (${count.toLocaleString('en-US')} times)`);

/** `all`: the command that shows every place. */
export function formatGroup({ message, next, count, places }: ProblemGroup, all = ALL): string {
  const [only = {}, ...others] = places;
  if (others.length === 0) {
    return `${formatProblem({ message, next, where: only })}${times(count)}`;
  }
  const more = count - places.length;
  const rest = more > 0 ? ` and ${more.toLocaleString('en-US')} more: ${all}` : '';
  const listed = `${count.toLocaleString('en-US')} locations: ${places.map(formatPlace).join('; ')}${rest}`;
  return `${formatProblem({ message, next, where: {} })} (${listed})`;
}

export const mark = ({ severity }: Pick<Problem, 'severity'>): string => (severity === 'failed' ? '✗' : '·');
