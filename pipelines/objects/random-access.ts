import type { SourceObject } from '../../core/object.ts';
import type { RandomAccessFile } from '../../core/record-reader.ts';

/** Yields an object as a file of which any part can be read: from memory where it was read whole, else by requests for ranges. */
export function randomAccess(object: SourceObject, bytes: Buffer | undefined, signal: AbortSignal): RandomAccessFile {
  if (bytes === undefined) return { size: object.size, slice: (start, end) => object.slice(start, end, signal) };
  return { size: bytes.length, slice: async (start, end) => bytes.subarray(start, end) };
}
