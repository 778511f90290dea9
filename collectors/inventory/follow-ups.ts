import { OrgscopeError, type Problem, toProblem } from '../../core/problem.ts';
import { isGone } from './is-gone.ts';

/** What a follow-up call about one item may do when it fails. */
export interface FollowUp {
  /** One of several details of the item. Undefined where it can't be read, which is reported; rejects where the item is gone. */
  detail<Value>(read: () => Promise<Value>): Promise<Value | undefined>;
  /** The item is without what this call tells. */
  leftOut(call: string): void;
  report(problem: Problem): void;
}

/** The calls that a sweep makes after its listing, each about one thing that was listed. */
export interface FollowUps {
  /** A call was answered: its failures so far were not the same for everything. */
  answered(call: string): void;
  /** What is listed below one thing, as far as it can be read. */
  below<Output>(thing: string, outputs: AsyncIterable<Output>): AsyncGenerator<Output>;
  /** The item with its details, and the calls that told none; undefined where it is gone. */
  about<Item>(
    thing: string,
    item: Item,
    read: (followUp: FollowUp) => Promise<Item>,
  ): Promise<{ readonly item: Item; readonly leftOut: readonly string[] } | undefined>;
}

/** After so many failures in a row that are one and the same, the next thousand items would only repeat it. */
const SAME_IN_A_ROW = 10;

/**
 * What follow-up calls do when they fail. Something may be deleted between the listing and the call: gone means gone, and the sweep goes on.
 * Any other failure costs only this one thing its detail, and is reported, so that the sweep retires nothing. The same failure many
 * times in a row is not about the things: it is thrown, and fails the job. Without `report` each failure is thrown.
 */
export function followUps(report: ((problem: Problem) => void) | undefined): FollowUps {
  const said = new Set<string>();
  /** By call, since those of one kind take turns. */
  const rows = new Map<string, { failure: string; count: number }>();

  /** Throws what must end the sweep. */
  function failed(error: unknown, thing: string, consequence: string): void {
    if (!(error instanceof OrgscopeError) || error.code === 'interrupted' || report === undefined) throw error;
    const failure = JSON.stringify([error.code, error.message]);
    const row = rows.get(callOf(error));
    const count = row?.failure === failure ? row.count + 1 : 1;
    rows.set(callOf(error), { failure, count });
    if (count >= SAME_IN_A_ROW) throw error;
    const place = JSON.stringify([callOf(error), failure, thing]);
    if (said.has(place)) return;
    said.add(place);
    const problem = toProblem(error);
    report({ ...problem, message: `${problem.message}; ${consequence}`, where: { ...problem.where, object: thing } });
  }

  return {
    answered: (call) => void rows.delete(call),

    async *below(thing, outputs) {
      try {
        yield* outputs;
      } catch (error) {
        if (!isGone(error)) failed(error, thing, 'what belongs to it is not read');
      }
    },

    async about(thing, item, read) {
      const leftOut = new Set<string>();
      const followUp: FollowUp = {
        async detail(readDetail) {
          try {
            return await readDetail();
          } catch (error) {
            if (isGone(error)) throw error;
            failed(error, thing, WITHOUT);
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
        failed(error, thing, WITHOUT);
        return { item, leftOut: [...leftOut, callOf(error)] };
      }
    },
  };
}

const WITHOUT = 'it is shown without what this call tells';
const callOf = (error: unknown): string => (error instanceof OrgscopeError ? (error.where.call ?? '') : '');
