import type { ListingTrouble } from '../../core/object.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import type { Emission, JobContext } from '../../core/pipeline.ts';
import { toProblem } from '../../core/problem.ts';
import type { FoundObject } from './object-format.ts';
import type { ObjectsDefinition } from './objects-pipeline.ts';
import type { ReadOptions } from './read-object.ts';
import { readObjects } from './read-objects.ts';
import { recognizeObjects } from './recognize-objects.ts';

export interface ReadDayOptions extends ReadOptions {
  readonly tree: ObjectTree;
  /** The day's folders in the tree. */
  readonly paths: readonly string[];
  readonly recognize: ObjectsDefinition['recognize'];
  readonly ledger: JobContext['ledger'];
}

/** Emits the documents of one day of one account and region: lists its folders, and reads the objects that the ledger does not know. */
export async function* readDay({ tree, paths, recognize, ledger, ...options }: ReadDayOptions): AsyncIterable<Emission> {
  async function* readUnknown(page: readonly FoundObject[]): AsyncIterable<Emission> {
    const keys = page.map(({ object }) => object.key);
    const known = await ledger.known(options.pipeline, keys);
    const unknown = page.filter(({ object }) => !known.has(object.key));
    yield* readObjects(unknown, options);
  }
  for (const path of paths) {
    const troubles: ListingTrouble[] = [];
    const listed = tree.below(path).list(options.signal, (trouble) => troubles.push(trouble));
    for await (const found of recognizeObjects(listed, recognize)) {
      if (found.type === 'left-out') yield found;
      else yield* readUnknown(found.page);
    }
    for (const trouble of troubles) {
      if (trouble.type === 'left-out') yield trouble;
      else yield { type: 'problem', problem: toProblem(trouble.error) };
    }
  }
}
