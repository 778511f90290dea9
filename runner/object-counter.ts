import type { ObjectCount } from '../core/pipeline.ts';
import type { Problem } from '../core/problem.ts';

/**
 * Counts the objects that a run leaves out, by reason, and those that it takes for one thing or another. Yields one notice for each reason, one for each
 * pipeline that tells what it took its objects for, and one for each that tells how its lookups of names ended.
 */
export interface ObjectCounter {
  add(objects: ObjectCount): void;
  counts(): readonly ObjectCount[];
  notices(): readonly Problem[];
}

export function objectCounter(): ObjectCounter {
  const counts = new Map<string, ObjectCount>();
  const of = (type: ObjectCount['type']): readonly ObjectCount[] => [...counts.values()].filter((each) => each.type === type);
  return {
    add(objects) {
      const key = `${objects.type} ${objects.pipeline} ${objects.reason}`;
      const before = counts.get(key);
      counts.set(key, before === undefined ? objects : { ...before, count: before.count + objects.count });
    },
    counts: () => [...counts.values()],
    notices: () => [
      ...of('left-out').map(leftOutNotice),
      ...listNotices(of('taken-for'), ''),
      ...listNotices(of('looked-up'), 'names '),
    ],
  };
}

const leftOutNotice = ({ reason, count, object }: ObjectCount): Problem => ({
  code: 'empty',
  severity: 'notice',
  message: `Left out as ${reason}: ${count === 1 ? object : `${count.toLocaleString('en-US')} objects, such as ${object}`}.`,
  next: 'Nothing is to be done, unless you expected something in them.',
  where: {},
});

/** One line for each pipeline, with all of its counts. */
function listNotices(counts: readonly ObjectCount[], what: string): readonly Problem[] {
  const byPipeline = Object.groupBy(counts, ({ pipeline }) => pipeline);
  return Object.entries(byPipeline).map(([pipeline, objects]) => {
    const parts = objects
      .toSorted((one, other) => other.count - one.count)
      .map(({ reason, count }) => `${count.toLocaleString('en-US')} ${reason}`);
    return { code: 'empty', severity: 'notice', message: `${pipeline}: ${what}${parts.join(', ')}`, next: '', where: {} };
  });
}
