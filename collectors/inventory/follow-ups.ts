import { OrgscopeError, type Problem, toProblem } from '../../core/problem.ts';
import { isGone } from './is-gone.ts';

/** Reads details of one item and handles their failures. */
export interface FollowUp {
  /** Reads one detail of the item. A failure is reported and gives undefined; it rejects if the item was deleted. */
  detail<Value>(read: () => Promise<Value>): Promise<Value | undefined>;
  /** Notes that the item lacks the answer of this call. */
  leftOut(call: string): void;
  report(problem: Problem): void;
}

/** Handles the failures of the calls that follow a listing, each about one listed resource. */
export interface FollowUps {
  /** Notes that a call succeeded, so that its failures do not concern all resources. */
  answered(call: string): void;
  /** Yields what is listed below one resource, as far as it can be read. */
  below<Output>(resource: string, outputs: AsyncIterable<Output>): AsyncGenerator<Output>;
  /** The item with its details and the names of the failed calls; undefined if it was deleted. */
  about<Item>(
    resource: string,
    item: Item,
    read: (followUp: FollowUp) => Promise<Item>,
  ): Promise<{ readonly item: Item; readonly leftOut: readonly string[] } | undefined>;
}

/** The sweep fails after this many identical failures in a row: the remaining items would fail in the same way. */
const SAME_IN_A_ROW = 10;

/**
 * Handles failures of follow-up calls. A resource may be deleted between the listing and the call: it is left out, and the sweep goes on.
 * Any other failure is reported, and only this resource lacks the detail; the sweep then retires nothing. The same failure many times in
 * a row concerns all resources: it is thrown and fails the job. Without `report` each failure is thrown.
 */
export function followUps(report: ((problem: Problem) => void) | undefined): FollowUps {
  const reported = new Set<string>();
  /** Failures by call, since different calls of a kind alternate. */
  const streaks = new Map<string, { failure: string; count: number }>();

  /** Reports a failure, or throws it if it must end the sweep. */
  function failed(error: unknown, resource: string, consequence: string): void {
    if (!(error instanceof OrgscopeError) || error.code === 'interrupted' || report === undefined) throw error;
    const failure = JSON.stringify([error.code, error.message]);
    const streak = streaks.get(callOf(error));
    const count = streak?.failure === failure ? streak.count + 1 : 1;
    streaks.set(callOf(error), { failure, count });
    if (count >= SAME_IN_A_ROW) throw error;
    const key = JSON.stringify([callOf(error), failure, resource]);
    if (reported.has(key)) return;
    reported.add(key);
    const problem = toProblem(error);
    report({ ...problem, message: `${problem.message}; ${consequence}`, where: { ...problem.where, object: resource } });
  }

  return {
    answered: (call) => void streaks.delete(call),

    async *below(resource, outputs) {
      try {
        yield* outputs;
      } catch (error) {
        if (!isGone(error)) failed(error, resource, 'its contents are not read');
      }
    },

    async about(resource, item, read) {
      const leftOut = new Set<string>();
      const followUp: FollowUp = {
        async detail(readDetail) {
          try {
            return await readDetail();
          } catch (error) {
            if (isGone(error)) throw error;
            failed(error, resource, WITHOUT);
            leftOut.add(callOf(error));
            return undefined;
          }
        },
        leftOut: (call) => void leftOut.add(call),
        report: (problem) => report?.(problem),
      };
      try {
        const found = await read(followUp);
        return { item: found, leftOut: [...leftOut] };
      } catch (error) {
        if (isGone(error)) return undefined;
        failed(error, resource, WITHOUT);
        return { item, leftOut: [...leftOut, callOf(error)] };
      }
    },
  };
}

const WITHOUT = 'it is shown without the answer of this call';
const callOf = (error: unknown): string => (error instanceof OrgscopeError ? (error.where.call ?? '') : '');
