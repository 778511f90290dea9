import { OrgscopeError, type Problem } from '../core/problem.ts';

/**
 * Whether what a complete sweep no longer saw may leave current state. Where that is most of what stood, AWS is asked once more: an
 * endpoint, a stand-in or a proxy that answers in the right form with next to nothing looks like an account that was cleared, and to tell of
 * a thousand removals that never were costs more than a second listing of what little is left. Numbers are compared and not names, so
 * that a bucket of millions is told apart as well. Yields what to say of it; throws where the two answers differ.
 */
export async function mayRetire({ stood, seen, seenAgain }: SeenAndStood): Promise<Problem | undefined> {
  const lost = stood - seen;
  if (lost < AT_LEAST || lost * 2 <= stood) return undefined;
  if ((await seenAgain()) > seen) {
    throw new OrgscopeError(
      'unreachable',
      'AWS listed less than half of what stood here, and more of it when it was asked once more: nothing is removed',
      'Run again.',
    );
  }
  return {
    code: 'missing',
    severity: 'notice',
    message: 'less than half of what stood here is listed; AWS was asked once more and said the same, so the rest is removed',
    next: 'If that is a surprise, look at what the account has, and at AWS_ENDPOINT_URL if it is set.',
    where: {},
  };
}

interface SeenAndStood {
  /** In current state before this sweep. */
  readonly stood: number;
  readonly seen: number;
  /** Lists once more. */
  readonly seenAgain: () => Promise<number>;
}

/** One or two things come and go every day. */
const AT_LEAST = 3;
