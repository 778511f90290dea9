import type { ObjectCount } from '../core/pipeline.ts';
import type { Problem } from '../core/problem.ts';

/**
 * Counts the objects that a run leaves out, by reason, and those that it takes for one thing or another. Yields one notice for each reason, and one for each
 * pipeline that tells what it took its objects for.
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
    notices: () => [...of('left-out').map(leftOutNotice), ...takenForNotices(of('taken-for'))],
  };
}

const leftOutNotice = ({ reason, count, object }: ObjectCount): Problem => ({
  code: 'empty',
  severity: 'notice',
  message: `Left out as ${reason}: ${count === 1 ? object : `${count.toLocaleString('en-US')} objects, such as ${object}`}.`,
  next: 'Nothing is to be done, unless you expected something in them.',
  where: {},
});

function takenForNotices(counts: readonly ObjectCount[]): readonly Problem[] {
  const byPipeline = Object.groupBy(counts, ({ pipeline }) => pipeline);
  return Object.entries(byPipeline).map(([pipeline, objects]) => {
    const parts = objects
      .toSorted((one, other) => other.count - one.count)
      .map(({ reason, count }) => `${count.toLocaleString('en-US')} ${reason}`);
    return { code: 'empty', severity: 'notice', message: `${pipeline}: ${parts.join(', ')}`, next: '', where: {} };
  });
}
