import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** By its first bytes, since names lie: browsers and copy tools unpack objects and keep `.gz`, or the other way round. */
export const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Yields what a stream holds, unpacked where it is gzip; a cut or damaged one throws zlib's own error. */
export async function* unpack(stream: AsyncIterable<Buffer>, chunkSize: number): AsyncIterable<Buffer> {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    if (first.done === true) return;
    const all = (async function* () {
      yield first.value;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
    })();
    yield* isGzip(first.value) ? gunzip(all, chunkSize) : all;
  } finally {
    await chunks.return?.();
  }
}

/** Yields the content of gzipped chunks. */
export async function* gunzip(chunks: AsyncIterable<Buffer> | Iterable<Buffer>, chunkSize: number): AsyncIterable<Buffer> {
  const unpacking = createGunzip({ chunkSize });
  // Whatever fails, here or in the source, comes out of `unpacking`.
  pipeline(chunks, unpacking, () => {});
  try {
    yield* unpacking;
  } finally {
    unpacking.destroy();
  }
}
