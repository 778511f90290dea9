import type { Document } from '../core/document.ts';
import type { EncodedEvent } from './encode-trail-event.ts';

/** The size of a block: large enough that allocation is negligible per event, and small, since one waiting document keeps its whole block. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Yields an event's document. Its body is written as bytes into a block of memory that it shares with other documents. Writing it
 * at once makes the joined strings short-lived, which saves garbage collection.
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
