import type { ObjectContent, SourceObject } from '../../core/object.ts';

/** How many objects a job may have asked for beside the one that it works on, and how many bytes. */
const PREFETCHED_OBJECTS = 8;
const PREFETCHED_BYTES = 8 * 1024 * 1024;
/** Larger objects are streamed. Whole ones are faster, and held in memory by every running job. */
const WHOLE_BYTES = 4 * 1024 * 1024;

export interface Prefetched<Item> {
  readonly item: Item;
  /** Undefined for a large object, which is not read at once. */
  readonly content: Promise<ObjectContent<Buffer>> | undefined;
}

/** Yields the objects in order; small ones are already being read while those before them are worked on. */
export async function* prefetchObjects<Item extends { readonly object: SourceObject }>(
  items: readonly Item[],
  signal: AbortSignal,
): AsyncIterable<Prefetched<Item>> {
  const prefetched: (Prefetched<Item> & { readonly size: number })[] = [];
  let bytes = 0;
  let next = 0;
  for (;;) {
    while (
      next < items.length &&
      prefetched.length < PREFETCHED_OBJECTS &&
      (prefetched.length === 0 || bytes < PREFETCHED_BYTES)
    ) {
      const item = items[next++] as Item;
      const size = item.object.size <= WHOLE_BYTES ? item.object.size : undefined;
      const content = size === undefined ? undefined : item.object.read(signal);
      // Prevents an unhandled rejection: the consumer awaits the same promise.
      content?.catch(() => undefined);
      prefetched.push({ item, content, size: size ?? 0 });
      bytes += size ?? 0;
    }
    const first = prefetched.shift();
    if (first === undefined) return;
    bytes -= first.size;
    yield first;
  }
}
