import type { Document } from '../core/document.ts';
import type { EncodedEvent } from './encode-trail-event.ts';

/** Writes the bodies of encoded events into one piece of memory and yields their documents, which point into it. */
export function packDocuments(events: readonly EncodedEvent[], bytes: number): Document[] {
  const memory = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  return events.map(({ index, id, body }) => {
    const end = at + memory.write(body, at, 'latin1');
    const document: Document = { index, id, operation: 'create', body: memory.subarray(at, end) };
    at = end;
    return document;
  });
}
