import { OrgscopeError, type Problem } from '../core/problem.ts';

/**
 * Checks whether resources that a complete sweep did not see may be retired. Where these are more than half, AWS is asked again: an
 * endpoint or a proxy that answers in the right form with almost nothing looks like an account that was emptied, and reporting
 * a thousand removals that did not happen is worse than a second listing. Only counts are compared, so
 * that it works for a bucket of millions as well. Yields a notice to report, if any; throws where the two answers differ.
 */
export async function mayRetire({ before, seen, countAgain }: SweepCounts): Promise<Problem | undefined> {
  const lost = before - seen;
  if (lost < AT_LEAST || lost * 2 <= before) return undefined;
  if ((await countAgain()) > seen) {
    throw new OrgscopeError(
      'unreachable',
      'AWS listed less than half of the known resources, and more of them when it was asked again: nothing is removed',
      'Run again.',
    );
  }
  return {
    code: 'missing',
    severity: 'notice',
    message:
      'AWS listed less than half of the known resources; it gave the same answer when it was asked again, so the rest is removed',
    next: 'If you did not expect this, check the account, and AWS_ENDPOINT_URL if it is set.',
    where: {},
  };
}

interface SweepCounts {
  /** How many resources were in current state before this sweep. */
  readonly before: number;
  /** How many of them the sweep saw. */
  readonly seen: number;
  /** Lists again. */
  readonly countAgain: () => Promise<number>;
}

/** Fewer lost resources are never a reason to ask again: one or two come and go every day. */
const AT_LEAST = 3;
