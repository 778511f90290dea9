import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import type { SourceObject } from '../../core/object.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { isGzip, UnpackError, unpack } from '../../core/unpack.ts';

/** Of a whole object; what unpacks to more is streamed. */
const WHOLE_UNPACKED_BYTES = 32 * 1024 * 1024;
/** Streams are read in pieces of this size; a reader's fixed cost per piece vanishes at it. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Yields the content of an object in pieces, unpacked as often as it is gzip: by its bytes, whatever its name says. Throws an OrgscopeError of
 * the object: `malformed` where it is damaged, `unreachable` where it broke off.
 */
export function openObject(object: SourceObject, content: Buffer | Readable): Iterable<Buffer> | AsyncIterable<Buffer> {
  if (!Buffer.isBuffer(content)) return streamed(object, content);
  if (!isGzip(content)) return [content];
  try {
    const unpacked = gunzipSync(content, { chunkSize: unpackedSize(content), maxOutputLength: WHOLE_UNPACKED_BYTES });
    return isGzip(unpacked) ? unpackedAgain(object, content) : [unpacked];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw damaged(object, error);
    return unpackedAgain(object, content);
  }
}

/** An error of an object that can't be read as it is. */
export function malformed(object: SourceObject, reason: string, cause?: unknown): OrgscopeError {
  return new OrgscopeError(
    'malformed',
    `${object.name} ${reason}`,
    'Nothing of it is acknowledged, and the next run tries it again: restore the object, or remove it.',
    { object: object.name },
    { cause },
  );
}

/**
 * Room for the whole content, so that zlib fills one buffer and nothing is joined: gzip ends with the content's size. It may lie (a cut
 * file, several members), and is then only a bad guess.
 */
function unpackedSize(bytes: Buffer): number {
  const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  // One byte more: a buffer that is just full makes zlib ask for another.
  return Math.min(Math.max(size + 1, 16 * 1024), 32 * bytes.length + 16 * 1024, WHOLE_UNPACKED_BYTES);
}

async function* streamed(object: SourceObject, stream: Readable): AsyncIterable<Buffer> {
  try {
    yield* gathered(unpack(stream, PIECE_BYTES));
  } catch (error) {
    if (isDamage(error)) throw damaged(object, error);
    const reason = error instanceof Error ? error.message : String(error);
    const next = 'Run again: what is done is kept.';
    throw new OrgscopeError(
      'unreachable',
      `${object.name} broke off while it was read: ${reason}`,
      next,
      { object: object.name },
      { cause: error },
    );
  } finally {
    stream.destroy();
  }
}

/** An object that was read whole, but unpacks to more than is held at once, or is gzip within gzip. */
async function* unpackedAgain(object: SourceObject, bytes: Buffer): AsyncIterable<Buffer> {
  try {
    yield* gathered(unpack(inSlices(bytes), PIECE_BYTES));
  } catch (error) {
    throw isDamage(error) ? damaged(object, error) : error;
  }
}

/** As a stream would give them, so that what was unpacked can be held against what was taken. */
async function* inSlices(bytes: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}
const SLICE_BYTES = 64 * 1024;

/** Chunks as larger pieces: those of a file that is not compressed are small. */
async function* gathered(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < PIECE_BYTES) continue;
    yield held.length === 1 ? chunk : Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

const isDamage = (error: unknown): boolean =>
  error instanceof UnpackError || (error as NodeJS.ErrnoException).code?.startsWith('Z_') === true;

function damaged(object: SourceObject, error: unknown): OrgscopeError {
  if (error instanceof UnpackError) return malformed(object, error.message, error);
  const cut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
  return malformed(object, cut ? 'is a gzip file that was cut off' : 'is a damaged gzip file', error);
}
