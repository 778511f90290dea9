import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import type { SourceObject } from '../../core/object.ts';
import { isGzip, UnpackError, unpack } from '../../core/unpack.ts';
import { brokenOff, damagedObject, type ReadAdvice } from './object-errors.ts';

/** Of a whole object; an object that unpacks to more is streamed. */
const WHOLE_UNPACKED_BYTES = 32 * 1024 * 1024;
/** Streams are read in pieces of this size; a reader's fixed cost per piece vanishes at it. */
const PIECE_BYTES = 1024 * 1024;

export interface OpenOptions {
  readonly advice: ReadAdvice;
  /** How large the pieces of a stream are; an object that was read whole may come as one piece. */
  readonly pieceBytes?: number | undefined;
}

/**
 * Yields the content of an object in pieces, unpacked as often as it is gzip: by its bytes, whatever its name says. Throws an OrgscopeError of
 * the object: `malformed` where it is damaged, `unreachable` where it broke off.
 */
export function openObject(
  object: SourceObject,
  content: Buffer | Readable,
  { advice, pieceBytes = PIECE_BYTES }: OpenOptions,
): Iterable<Buffer> | AsyncIterable<Buffer> {
  const damaged = (error: unknown) => damagedObject(object, damage(error), advice, error);
  if (!Buffer.isBuffer(content)) return streamed(content, pieceBytes, damaged, (error) => brokenOff(object, advice, error));
  if (!isGzip(content)) return [content];
  try {
    const unpacked = gunzipSync(content, { chunkSize: unpackedSize(content), maxOutputLength: WHOLE_UNPACKED_BYTES });
    return isGzip(unpacked) ? unpackedAgain(content, pieceBytes, damaged) : [unpacked];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw damaged(error);
    return unpackedAgain(content, pieceBytes, damaged);
  }
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

async function* streamed(
  stream: Readable,
  pieceBytes: number,
  damaged: (error: unknown) => Error,
  broken: (error: unknown) => Error,
): AsyncIterable<Buffer> {
  try {
    yield* gathered(unpack(stream, pieceBytes), pieceBytes);
  } catch (error) {
    throw isDamage(error) ? damaged(error) : broken(error);
  } finally {
    stream.destroy();
  }
}

/** An object that was read whole, but unpacks to more than is held at once, or is gzip within gzip. */
async function* unpackedAgain(bytes: Buffer, pieceBytes: number, damaged: (error: unknown) => Error): AsyncIterable<Buffer> {
  try {
    yield* gathered(unpack(inSlices(bytes), pieceBytes), pieceBytes);
  } catch (error) {
    throw isDamage(error) ? damaged(error) : error;
  }
}

/** In slices, as a stream would give them, so that the unpacked size can be compared with the compressed size at any time. */
async function* inSlices(bytes: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}
const SLICE_BYTES = 64 * 1024;

/** Chunks as larger pieces: those of a file that is not compressed are small. */
async function* gathered(chunks: AsyncIterable<Buffer>, pieceBytes: number): AsyncIterable<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < pieceBytes) continue;
    yield held.length === 1 ? chunk : Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

const isDamage = (error: unknown): boolean =>
  error instanceof UnpackError || (error as NodeJS.ErrnoException).code?.startsWith('Z_') === true;

function damage(error: unknown): string {
  if (error instanceof UnpackError) return error.message;
  const isCut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
  return isCut ? 'is a gzip file that was cut off' : 'is a damaged gzip file';
}
