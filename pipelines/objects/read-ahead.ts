import type { SourceObject } from '../../core/object.ts';

/** What a job may have asked for ahead of the object it is working on. */
const AHEAD_OBJECTS = 8;
const AHEAD_BYTES = 8 * 1024 * 1024;
/** Larger objects are streamed. Whole ones are faster, and held in memory by every running job. */
const WHOLE_BYTES = 4 * 1024 * 1024;

export interface Ahead<Item> {
  readonly item: Item;
  /** Undefined where the object is to be streamed. */
  readonly bytes: Promise<Buffer> | undefined;
}

/** Yields the objects in order, small ones already being read while those before them are worked on. */
export async function* readAhead<Item extends { readonly object: SourceObject }>(
  items: readonly Item[],
  signal: AbortSignal,
): AsyncIterable<Ahead<Item>> {
  const ahead: (Ahead<Item> & { readonly size: number })[] = [];
  let aheadBytes = 0;
  let next = 0;
  for (;;) {
    while (next < items.length && ahead.length < AHEAD_OBJECTS && (ahead.length === 0 || aheadBytes < AHEAD_BYTES)) {
      const item = items[next++] as Item;
      const whole = item.object.size <= WHOLE_BYTES;
      const bytes = whole ? item.object.read(signal) : undefined;
      // The failure is seen when its turn comes; until then nobody listens.
      bytes?.catch(() => undefined);
      ahead.push({ item, bytes, size: whole ? item.object.size : 0 });
      aheadBytes += whole ? item.object.size : 0;
    }
    const first = ahead.shift();
    if (first === undefined) return;
    aheadBytes -= first.size;
    yield first;
  }
}
