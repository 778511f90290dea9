import type { Document } from '../core/document.ts';
import type { EncodedEvent } from './encode-trail-event.ts';

/** Large enough that allocating it costs nothing per event, small enough that one waiting document does not hold much. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Yields an event's document, its body written as bytes into a block of memory that it shares with its neighbours. Written at
 * once, the joined slices that make up a body die young, which keeps the garbage collector out of the way.
 */
export function createDocumentPacker(): (event: EncodedEvent) => Document {
  let block = Buffer.alloc(0);
  let at = 0;
  return ({ index, id, body }) => {
    if (at + body.length > block.length) {
      block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, body.length));
      at = 0;
    }
    const start = at;
    at += block.write(body, at, 'latin1');
    return { index, id, operation: 'create', body: block.subarray(start, at) };
  };
}
