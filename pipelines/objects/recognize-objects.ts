import type { SourceObject } from '../../core/object.ts';
import type { LeftOut } from '../../core/pipeline.ts';
import type { FoundObject } from './object-format.ts';
import type { ObjectsDefinition } from './objects-pipeline.ts';

/** What the object holds, where the list names it. */
export const datasetOf = ({ ref }: SourceObject): string | undefined => (ref.type === 's3' ? ref.dataset : undefined);

/** The ledger is asked about this many objects at once. */
const LEDGER_PAGE = 500;

/** Yields the listed objects that the pipeline reads, in pages of the size that the ledger is asked about, and each other object as left out. */
export async function* recognizeObjects(
  objects: AsyncIterable<SourceObject>,
  recognize: ObjectsDefinition['recognize'],
): AsyncGenerator<LeftOut | { readonly type: 'page'; readonly page: readonly FoundObject[] }> {
  let page: FoundObject[] = [];
  for await (const object of objects) {
    const recognized = recognize(object.name, datasetOf(object));
    if (recognized.type === 'other') {
      yield { type: 'left-out', reason: recognized.reason, object: object.name };
      continue;
    }
    page.push({ ...recognized, object });
    if (page.length < LEDGER_PAGE) continue;
    yield { type: 'page', page };
    page = [];
  }
  if (page.length > 0) yield { type: 'page', page };
}
