import type { RecordStep, StreamReader } from '../core/record-reader.ts';
import { MAX_RECORD_BYTES, tooLarge } from './record-limits.ts';

/** Goes through the lines of a text. */
export interface LineReader extends StreamReader {
  /** The bytes of the line, without its line break, until the next call of `next` or `push`. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Where the line begins in the whole content, in bytes. */
  readonly position: number;
  /** Of the line, from 1. */
  readonly number: number;
  /** The line as text; invalid UTF-8 becomes U+FFFD. */
  text(): string;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** How much of a line that is too large is kept for its dead letter. */
const HEAD_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

export interface LineReaderOptions {
  /** The length of the longest line that is held, in bytes; default: 4 MiB. */
  readonly maxBytes?: number;
}

/**
 * Yields a reader of lines, which end with LF or CRLF; empty ones are passed over. A longer line than `maxBytes` is refused, and only its beginning is
 * held, so that a file without line breaks needs no more memory than any other.
 */
export function createLineReader({ maxBytes = MAX_RECORD_BYTES }: LineReaderOptions = {}): LineReader {
  let buffer: Buffer = NOTHING;
  /** How much of the buffer was read, and where the buffer begins in the whole content. */
  let at = 0;
  let base = 0;
  /** Up to where the buffer holds no line break. */
  let searched = 0;
  let finished = false;
  /** The beginning of a line that is too large, while its end is looked for. */
  let large: { readonly head: Buffer; readonly position: number } | undefined;

  const reader = {
    bytes: buffer,
    start: 0,
    end: 0,
    position: 0,
    number: 0,
    reason: '',
    push(piece: Buffer) {
      searched = Math.max(0, searched - at);
      base += at;
      buffer = at === buffer.length ? piece : Buffer.concat([buffer.subarray(at), piece]);
      at = 0;
    },
    finish() {
      finished = true;
    },
    next(): RecordStep {
      for (;;) {
        if (at === 0 && base === 0) skipByteOrderMark();
        const found = buffer.indexOf(NEWLINE, Math.max(at, searched));
        if (found < 0) {
          searched = buffer.length;
          if (!finished) return waitForMore();
          if (at === buffer.length && large === undefined) return atEnd();
        }
        const end = found < 0 ? buffer.length : found;
        const start = at;
        at = found < 0 ? end : end + 1;
        reader.number++;
        if (large !== undefined) return refuse(end);
        if (end - start > maxBytes) {
          large = { head: headOf(start), position: base + start };
          return refuse(end);
        }
        reader.bytes = buffer;
        reader.start = start;
        reader.end = end > start && buffer[end - 1] === RETURN ? end - 1 : end;
        reader.position = base + start;
        if (reader.end > start) return 'record';
      }
    },
    text: () => reader.bytes.toString('utf8', reader.start, reader.end),
    location: () => `line ${reader.number}`,
    content: (maxBytes: number) => reader.bytes.toString('utf8', reader.start, Math.min(reader.end, reader.start + maxBytes)),
  };

  // Three bytes at the beginning of the content, which are not part of the text.
  function skipByteOrderMark(): void {
    if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) at = 3;
  }

  const headOf = (start: number): Buffer => Buffer.from(buffer.subarray(start, start + HEAD_BYTES));

  /** Lets go of a line that has become too large, but for its beginning. */
  function waitForMore(): RecordStep {
    if (large === undefined && buffer.length - at > maxBytes) large = { head: headOf(at), position: base + at };
    if (large !== undefined) at = buffer.length;
    return 'more';
  }

  function refuse(end: number): RecordStep {
    const { head, position } = large as NonNullable<typeof large>;
    large = undefined;
    reader.bytes = head;
    reader.start = 0;
    reader.end = head.length;
    reader.position = position;
    reader.reason = tooLarge(base + end - position, maxBytes);
    return 'refused';
  }

  function atEnd(): RecordStep {
    if (reader.number > 0) return 'end';
    reader.reason = 'empty';
    return 'none';
  }

  return reader;
}
