import type { ListingTrouble } from '../../core/object.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import type { Emission, JobContext } from '../../core/pipeline.ts';
import { toProblem } from '../../core/problem.ts';
import type { FoundObject } from './object-format.ts';
import type { ObjectsDefinition } from './objects-pipeline.ts';
import { LEDGER_PAGE } from './plan-source.ts';
import type { ReadOptions } from './read-object.ts';
import { readObjects } from './read-objects.ts';

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
  let page: FoundObject[] = [];
  for (const path of paths) {
    const troubles: ListingTrouble[] = [];
    for await (const object of tree.below(path).list(options.signal, (trouble) => troubles.push(trouble))) {
      const recognized = recognize(object.name);
      if (recognized.type === 'other') {
        yield { type: 'left-out', reason: recognized.reason, object: object.name };
        continue;
      }
      page.push({ ...recognized, object });
      if (page.length < LEDGER_PAGE) continue;
      yield* readUnknown(page);
      page = [];
    }
    for (const trouble of troubles) {
      if (trouble.type === 'left-out') yield trouble;
      else yield { type: 'problem', problem: toProblem(trouble.error) };
    }
  }
  if (page.length > 0) yield* readUnknown(page);
}
