import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Detected by the first bytes, since names are unreliable: browsers and copy tools unpack objects and keep `.gz`, or the reverse. */
export const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Firehose compresses what CloudWatch Logs has compressed already, and a copy tool may compress it again. */
const MAX_LAYERS = 3;
/**
 * One layer of gzip grows at most 1,032 times, two of them a million times. Logs grow 10 to 100 times. What grows more is only read up to
 * this size, so that reading takes a time in proportion to what is stored.
 */
const MAX_GROWTH = 250;
const ALWAYS_UNPACKED_BYTES = 256 * 1024 * 1024;

/** Content that exceeds the limits of unpacking. */
export class UnpackError extends Error {
  override readonly name = 'UnpackError';
}

/** Yields what a stream holds, unpacked as often as it is gzip; a cut or damaged one throws zlib's own error, a bomb an UnpackError. */
export async function* unpack(stream: AsyncIterable<Buffer>, chunkSize: number): AsyncIterable<Buffer> {
  let stored = 0;
  let unpacked = 0;
  let packed = false;
  async function* counted(): AsyncIterable<Buffer> {
    for await (const chunk of stream) {
      stored += chunk.length;
      yield chunk;
    }
  }
  for await (const chunk of layer(counted(), chunkSize, 0, () => {
    packed = true;
  })) {
    unpacked += chunk.length;
    if (packed && unpacked > ALWAYS_UNPACKED_BYTES && unpacked > MAX_GROWTH * stored) {
      throw new UnpackError(`unpacks to more than ${MAX_GROWTH} times its size, as no log does`);
    }
    yield chunk;
  }
}

async function* layer(
  content: AsyncIterable<Buffer>,
  chunkSize: number,
  depth: number,
  onPacked: () => void,
): AsyncIterable<Buffer> {
  const chunks = content[Symbol.asyncIterator]();
  try {
    let first: Buffer = Buffer.alloc(0);
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
      if (first.length >= 2) break;
    }
    if (first.length === 0) return;
    const all = (async function* () {
      yield first;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
    })();
    if (!isGzip(first)) {
      yield* all;
      return;
    }
    if (depth === MAX_LAYERS) throw new UnpackError(`is gzip within gzip, more than ${MAX_LAYERS} times`);
    onPacked();
    yield* layer(gunzip(all, chunkSize), chunkSize, depth + 1, onPacked);
  } finally {
    await chunks.return?.();
  }
}

/** Yields the content of gzipped chunks. */
async function* gunzip(chunks: AsyncIterable<Buffer>, chunkSize: number): AsyncIterable<Buffer> {
  const unpacking = createGunzip({ chunkSize });
  // Whatever fails, here or in the source, comes out of `unpacking`.
  pipeline(chunks, unpacking, () => {});
  try {
    yield* unpacking;
  } finally {
    unpacking.destroy();
  }
}
