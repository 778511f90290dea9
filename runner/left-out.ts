import type { LeftOutCount } from '../core/pipeline.ts';
import type { Problem } from '../core/problem.ts';

/** Counts what a run leaves out, by reason, and yields one notice for each. */
export interface LeftOutCounter {
  add(left: LeftOutCount): void;
  counts(): readonly LeftOutCount[];
  notices(): readonly Problem[];
}

export function leftOutCounter(): LeftOutCounter {
  const byReason = new Map<string, LeftOutCount>();
  return {
    add({ reason, count, object }) {
      const before = byReason.get(reason);
      byReason.set(reason, before === undefined ? { reason, count, object } : { ...before, count: before.count + count });
    },
    counts: () => [...byReason.values()],
    notices: () =>
      [...byReason.values()].map(({ reason, count, object }) => ({
        code: 'empty',
        severity: 'notice',
        message: `Left out as ${reason}: ${count === 1 ? object : `${count.toLocaleString('en-US')} objects, such as ${object}`}.`,
        next: 'Nothing is to be done, unless you expected something in them.',
        where: {},
      })),
  };
}
