import type { Emission } from '../../core/pipeline.ts';
import { OrgscopeError, toProblem } from '../../core/problem.ts';
import type { FoundObject } from './object-format.ts';
import { prefetchObjects } from './prefetch-objects.ts';
import { type ReadOptions, readObject } from './read-object.ts';

/** After so many objects in a row that may not be read, or can't be reached, the other objects of the job would only repeat the message. */
const MAX_LOST = 3;

/** Failures that say nothing about the next object; any other failure (credentials, network, throttling) ends the job. */
const CONCERNS_THE_OBJECT: ReadonlySet<string> = new Set(['malformed', 'missing', 'denied', 'conflict', 'empty']);

/** Emits the documents of several objects; an object that can't be read is one problem, and the objects after it are still read. */
export async function* readObjects(objects: readonly FoundObject[], options: ReadOptions): AsyncIterable<Emission> {
  const { signal } = options;
  let lost = 0;
  let unreachable: OrgscopeError | undefined;
  for await (const { item, content } of prefetchObjects(objects, signal)) {
    signal.throwIfAborted();
    const { object } = item;
    try {
      yield* readObject(item, content, options);
      lost = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OrgscopeError)) throw error;
      const concernsOnlyIt = CONCERNS_THE_OBJECT.has(error.code);
      if (!concernsOnlyIt && error.code !== 'unreachable') throw error;
      // One local file says nothing about the next.
      lost = object.ref.type === 's3' && (error.code === 'denied' || !concernsOnlyIt) ? lost + 1 : 0;
      if (lost === MAX_LOST) throw error;
      if (concernsOnlyIt) yield { type: 'problem', problem: toProblem(error, { object: object.name }) };
      else unreachable ??= error;
    }
  }
  // Makes the runner try the job again, which may reach this object; the other objects are done by then.
  if (unreachable !== undefined) throw unreachable;
}
