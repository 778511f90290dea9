import { isAscii, isUtf8 } from 'node:buffer';
import { createRecordScan, INCOMPLETE, keyNumber, type RecordScan, TOO_DEEP } from './scan-record.ts';

/**
 * Finds the records in the bytes of a CloudTrail object: `{"Records":[…]}` as CloudTrail writes it, a bare list, one record, or
 * values one after another (NDJSON), any of them pretty-printed. Bytes may come in pieces; only an unfinished record is kept
 * between them, so an object of any size needs the memory of one piece.
 */
export interface TrailReader {
  /** Adds bytes; the reader may hold on to them until they are read. */
  push(bytes: Buffer): void;
  /** No more bytes will come. */
  finish(): void;
  /** `record`: `bytes` and `scan` tell of it until the next call of any reader. `more`: push or finish. `invalid`: `reason` says why; nothing follows. */
  next(): 'record' | 'other' | 'more' | 'end' | 'invalid';
  /** What `scan`'s offsets point into. */
  readonly bytes: Buffer;
  readonly scan: RecordScan;
  /** The bytes of the record (or of the `other`, which is a value that is no object). */
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

const RECORDS = keyNumber('Records');
/** Any of these makes an object that stands by itself a record, though it may lack what an event needs. */
const EVENT_KEYS = (['eventVersion', 'eventTime', 'eventName', 'eventID'] as const).map(keyNumber);

/** CloudTrail events are at most 1 MB; the rest is for objects whose `Records` is not the first key. */
const MAX_VALUE_BYTES = 256 * 1024 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** `top`: between values. `first`: after `[`. `list`: after a record. `item`: after a comma. `tail`: in the wrapper, after `Records`. */
type State = 'top' | 'first' | 'list' | 'item' | 'tail';

/**
 * One for all readers of the process, since a record is used up before the next one is looked for, and V8 compiles the scanner
 * better when its tables are constants: a fifth of the whole cost.
 */
const scan = createRecordScan();

export function createTrailReader(): TrailReader {
  let buffer: Buffer = Buffer.alloc(0);
  /** Read so far. */
  let at = 0;
  let finished = false;
  let ascii = true;
  let begun = false;
  let state: State = 'top';
  /** Whether the list is in a wrapper, and where the wrapper ends if that is known. */
  let wrapped = false;
  let wrapperEnd = -1;
  let values = 0;

  const reader = {
    bytes: buffer,
    scan,
    start: 0,
    end: 0,
    reason: '',
    push(piece: Buffer) {
      ascii = (at === buffer.length || ascii) && isAscii(piece);
      if (wrapperEnd >= 0) wrapperEnd -= at;
      buffer = at === buffer.length ? piece : Buffer.concat([buffer.subarray(at), piece]);
      at = 0;
    },
    finish() {
      finished = true;
    },
    next,
  };

  function invalid(reason: string): 'invalid' {
    reader.reason = reason;
    return 'invalid';
  }

  /** What a negative offset of the scanner means here. */
  function stopped(code: number): 'more' | 'invalid' {
    if (code === TOO_DEEP) return invalid('is nested deeper than 500 levels');
    if (code !== INCOMPLETE) return invalid('is not JSON');
    if (finished) return invalid('ends in the middle of a record');
    return buffer.length - at > MAX_VALUE_BYTES ? invalid('holds a value of more than 256 MiB') : 'more';
  }

  function skipBlanks(from: number): number {
    let index = from;
    while (index < buffer.length) {
      const byte = buffer[index] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      index++;
    }
    return index;
  }

  /** The offset after `{"Records":[`, -1 if the object begins in another way, or UNKNOWN if that can't be told yet. */
  function wrapperBegin(from: number): number {
    let index = skipBlanks(from + 1);
    for (const expected of '"Records"') {
      if (index >= buffer.length) return UNKNOWN;
      if (buffer[index++] !== expected.charCodeAt(0)) return -1;
    }
    index = skipBlanks(index);
    if (index >= buffer.length) return UNKNOWN;
    if (buffer[index] !== 0x3a) return -1;
    index = skipBlanks(index + 1);
    if (index >= buffer.length) return UNKNOWN;
    return buffer[index] === OPEN_ARRAY ? index + 1 : -1;
  }

  /** Yields the record at `from`, which is an object there. */
  function record(from: number): 'record' | 'more' | 'invalid' {
    const end = scan.scan(buffer, from, buffer.length);
    if (end < 0) return stopped(end);
    at = end;
    values++;
    reader.bytes = buffer;
    reader.start = from;
    reader.end = end;
    return 'record';
  }

  /** Bytes that are no UTF-8 become U+FFFD, as everywhere else in Node; stores would refuse the whole batch. */
  function repaired(): 'record' {
    if (!ascii && !isUtf8(buffer.subarray(reader.start, reader.end))) {
      const bytes = Buffer.from(buffer.toString('utf8', reader.start, reader.end));
      scan.scan(bytes, 0, bytes.length);
      reader.bytes = bytes;
      reader.start = 0;
      reader.end = bytes.length;
    }
    return 'record';
  }

  function next(): ReturnType<TrailReader['next']> {
    for (;;) {
      if (!begun) {
        if (buffer.length < 3 && !finished) return 'more';
        // A byte order mark is not part of the text.
        if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) at = 3;
        begun = true;
      }
      const from = skipBlanks(at);
      if (from >= buffer.length) {
        at = from;
        if (!finished) return 'more';
        if (state !== 'top') return invalid('ends in the middle of the list of records');
        return values === 0 ? invalid('is empty') : 'end';
      }
      const byte = buffer[from] as number;
      switch (state) {
        case 'top': {
          if (byte === OPEN_ARRAY) {
            at = from + 1;
            values++;
            state = 'first';
            wrapped = false;
            continue;
          }
          if (byte !== OPEN_OBJECT) return invalid('is not JSON, or holds no CloudTrail records');
          const begin = wrapperBegin(from);
          if (begin === UNKNOWN && !finished) return 'more';
          if (begin >= 0) {
            at = begin;
            values++;
            state = 'first';
            wrapped = true;
            wrapperEnd = -1;
            continue;
          }
          const isFirst = values === 0;
          const found = record(from);
          if (found !== 'record') return found;
          const list = scan.starts[RECORDS] as number;
          if (list >= 0 && buffer[list] === OPEN_ARRAY) {
            wrapped = true;
            wrapperEnd = at;
            at = list + 1;
            state = 'first';
            continue;
          }
          if (isFirst && EVENT_KEYS.every((key) => (scan.starts[key] as number) < 0))
            return invalid('holds no CloudTrail records');
          return repaired();
        }
        case 'first':
        case 'item':
          if (byte === CLOSE_ARRAY && state === 'first') {
            endList(from);
            continue;
          }
          if (byte === OPEN_OBJECT) {
            const found = record(from);
            if (found !== 'record') return found;
            state = 'list';
            return repaired();
          }
          return other(from);
        case 'list':
          if (byte === COMMA) {
            at = from + 1;
            state = 'item';
          } else if (byte === CLOSE_ARRAY) {
            endList(from);
          } else {
            return invalid('is not JSON');
          }
          continue;
        case 'tail': {
          if (byte === CLOSE_OBJECT) {
            at = from + 1;
            state = 'top';
            continue;
          }
          const end = pairEnd(from);
          if (end < 0) return end === DUPLICATE ? invalid('has the key Records twice') : stopped(end);
          at = end;
        }
      }
    }
  }

  function endList(from: number): void {
    at = !wrapped ? from + 1 : wrapperEnd >= 0 ? wrapperEnd : from + 1;
    state = !wrapped || wrapperEnd >= 0 ? 'top' : 'tail';
    wrapperEnd = -1;
  }

  /** A value in the list that is no object: not an event, but no reason to lose its neighbours. */
  function other(from: number): 'other' | 'more' | 'invalid' {
    const end = scan.skip(buffer, from, buffer.length);
    if (end < 0) return stopped(end);
    at = end;
    state = 'list';
    reader.bytes = buffer;
    reader.start = from;
    reader.end = end;
    return 'other';
  }

  /** The offset after `,"key":value` in the wrapper. */
  function pairEnd(from: number): number {
    if (buffer[from] !== COMMA) return -2;
    let index = skipBlanks(from + 1);
    if (index >= buffer.length) return INCOMPLETE;
    if (buffer[index] !== QUOTE) return -2;
    const keyEnd = scan.skip(buffer, index, buffer.length);
    if (keyEnd < 0) return keyEnd;
    if (buffer.toString('latin1', index, keyEnd) === '"Records"') return DUPLICATE;
    index = skipBlanks(keyEnd);
    if (index >= buffer.length) return INCOMPLETE;
    if (buffer[index] !== 0x3a) return -2;
    index = skipBlanks(index + 1);
    if (index >= buffer.length) return INCOMPLETE;
    const end = scan.skip(buffer, index, buffer.length);
    // A number that reaches the end of the bytes may go on.
    return end;
  }

  return reader;
}

const UNKNOWN = -100;
const DUPLICATE = -101;
