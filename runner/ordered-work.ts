import { OrgscopeError } from '../core/problem.ts';

/** Runs steps one after the other, in the order in which they were added, until one fails. */
export interface OrderedWork {
  /** Resolves once the step has ended, or was left out because a step before it failed. Never rejects. */
  add(step: () => Promise<void>): Promise<void>;
  /** Resolves once all steps added so far have ended. */
  ended(): Promise<void>;
  readonly failure: OrgscopeError | undefined;
}

export function orderedWork(onFailure: (error: OrgscopeError) => void): OrderedWork {
  let tail: Promise<void> = Promise.resolve();
  let failure: OrgscopeError | undefined;
  return {
    add(step) {
      tail = tail.then(async () => {
        if (failure !== undefined) return;
        try {
          await step();
        } catch (error) {
          failure = error instanceof OrgscopeError ? error : storeFailure(error);
          onFailure(failure);
        }
      });
      return tail;
    },
    ended: () => tail,
    get failure() {
      return failure;
    },
  };
}

const storeFailure = (error: unknown): OrgscopeError =>
  new OrgscopeError(
    'store',
    error instanceof Error ? error.message : String(error),
    'See the message, then run again: what was stored stays.',
    {},
    { cause: error },
  );
