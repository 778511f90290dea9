import { isAscii, isUtf8 } from 'node:buffer';
import type { RecordStep, StreamReader } from '../core/record-reader.ts';
import { MAX_RECORD_BYTES, tooLarge, unheldReason } from './record-limits.ts';
import { memory } from './record-memory.ts';
import { INCOMPLETE, INVALID, keyNumber, MAX_EXTRAS, scanned, scanRecord, skipValue, TOO_DEEP } from './scan-record.ts';
import { createValueSkipper } from './skip-value.ts';

/**
 * Finds the records in the bytes of an object that may hold CloudTrail events: `{"Records":[…]}` as CloudTrail writes it, a bare list, one record,
 * values one after another (NDJSON), or what CloudWatch Logs sends to a subscription (`logEvents`, each message a record), any of them
 * pretty-printed. Bytes may come in pieces; only an unfinished record of bounded size is kept between them, so an object of any size needs
 * the memory of one piece, and a time in proportion to it.
 */
export interface TrailReader extends StreamReader {
  /** `record`: `scanned` describes it until the next call of any reader. `foreign`: a value or a log line that is no CloudTrail record. */
  next(): RecordStep;
  readonly bytes: Buffer;
  /** The bytes of the record; of a `refused` one that is not held, its beginning. */
  readonly start: number;
  readonly end: number;
  /** Where it begins in the whole content. */
  readonly position: number;
}

export interface TrailReaderOptions {
  /** The object's name says that it holds JSON, so that anything else is a defect. Otherwise it is left out. */
  readonly isJson?: boolean;
}

const NO_JSON = 'no JSON';
const EMPTY_OBJECT = 'empty';
const NO_RECORDS = 'JSON without CloudTrail records';

const RECORDS = keyNumber('Records');
/** Any of these makes an object that stands by itself a record, though it may lack what an event needs. */
const EVENT_KEYS = (['eventVersion', 'eventTime', 'eventName', 'eventID'] as const).map(keyNumber);

const MANY_KEYS = `has ${MAX_EXTRAS.toLocaleString('en-US')} keys that CloudTrail does not know, or more`;
const DEEP = 'is nested deeper than 500 levels';
/** Of a record that is not held: what a dead letter shows. */
const HEAD_BYTES = 64 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** `top`: between values. `first`: after `[`. `list`: after a record. `item`: after a comma. `tail`: in the wrapper, after its list. */
type State = 'top' | 'first' | 'list' | 'item' | 'tail' | 'skip';

/** `records`: CloudTrail's own. `logs`: of CloudWatch Logs. `control`: what it sends to see whether a subscription works. */
type ListKind = 'records' | 'bare' | 'logs' | 'control';

export function createTrailReader({ isJson = false }: TrailReaderOptions = {}): TrailReader {
  let buffer: Buffer = Buffer.alloc(0);
  /** Read so far. */
  let at = 0;
  /** Where the buffer begins in the whole content. */
  let base = 0;
  let finished = false;
  let ascii = true;
  let begun = false;
  let state: State = 'top';
  let kind: ListKind = 'bare';
  /** Something that belongs to CloudTrail was there: its list, or a record. */
  let found = false;
  let values = 0;
  const skipper = createValueSkipper();
  let skipped: { readonly head: Buffer; readonly position: number; readonly reason: string; readonly then: State } | undefined;

  const reader = {
    bytes: buffer,
    start: 0,
    end: 0,
    position: 0,
    reason: '',
    push(piece: Buffer) {
      ascii = (at === buffer.length || ascii) && isAscii(piece);
      base += at;
      buffer = at === buffer.length ? piece : Buffer.concat([buffer.subarray(at), piece]);
      at = 0;
    },
    finish() {
      finished = true;
    },
    location: () => `byte ${reader.position}`,
    content: (maxBytes: number) => reader.bytes.toString('utf8', reader.start, Math.min(reader.end, reader.start + maxBytes)),
    next,
  };

  function ends<Step extends 'none' | 'invalid'>(step: Step, reason: string): Step {
    reader.reason = reason;
    return step;
  }

  const notJson = (): 'none' | 'invalid' => (found || isJson ? ends('invalid', 'is not JSON') : ends('none', NO_JSON));

  /** What a negative offset of the scanner means for what begins at `from`, in so many containers that end with it; `then` follows. */
  function stopped(code: number, from: number, then: State, around = 0): 'more' | 'none' | 'invalid' | 'skip' {
    if (code === TOO_DEEP) return skip(from, DEEP, then, around);
    if (code !== INCOMPLETE) return notJson();
    if (finished) return ends('invalid', 'ends in the middle of a record');
    return buffer.length - from > MAX_RECORD_BYTES ? skip(from, '', then, around) : 'more';
  }

  /** What begins at `from` will not be held. */
  function skip(from: number, reason: string, then: State, around: number): 'skip' | 'none' | 'invalid' {
    const byte = buffer[from];
    // No number is so large.
    if (around === 0 && byte !== OPEN_OBJECT && byte !== OPEN_ARRAY && byte !== QUOTE) return notJson();
    const head = Buffer.from(buffer.subarray(from, from + HEAD_BYTES));
    skipped = { head, position: base + from, reason, then };
    skipper.begin(around);
    at = from;
    state = 'skip';
    found = true;
    return 'skip';
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
    if (buffer[index] !== COLON) return -1;
    index = skipBlanks(index + 1);
    if (index >= buffer.length) return UNKNOWN;
    return buffer[index] === OPEN_ARRAY ? index + 1 : -1;
  }

  /** Goes into the list of records or log events of the object at `from`, if it has one within the bytes at hand. */
  function enterList(from: number): boolean {
    let control = false;
    let keys = 0;
    for (let index = skipBlanks(from + 1); buffer[index] === QUOTE; index = skipBlanks(index + 1)) {
      // Nobody writes so many keys before a list, and looking for it again with each piece of an endless object would take too long.
      if (keys++ === MAX_EXTRAS) return false;
      const keyEnd = skipValue(buffer, index, buffer.length);
      if (keyEnd < 0) return false;
      const key: string = JSON.parse(buffer.toString('utf8', index, keyEnd));
      index = skipBlanks(keyEnd);
      if (buffer[index] !== COLON) return false;
      index = skipBlanks(index + 1);
      if ((key === 'Records' || key === 'logEvents') && buffer[index] === OPEN_ARRAY) {
        at = index + 1;
        values++;
        state = 'first';
        kind = key === 'Records' ? 'records' : control ? 'control' : 'logs';
        found ||= key === 'Records';
        return true;
      }
      const end = skipValue(buffer, index, buffer.length);
      if (end < 0) return false;
      control ||= key === 'messageType' && buffer.toString('latin1', index, end) === '"CONTROL_MESSAGE"';
      index = skipBlanks(end);
      if (buffer[index] !== COMMA) return false;
    }
    return false;
  }

  const isEvent = (): boolean => EVENT_KEYS.some((key) => (scanned.starts[key] as number) >= 0);

  /** The record that was scanned, unless it can't be held. */
  function held(bytes: Buffer, start: number, end: number): 'record' | 'refused' {
    found = true;
    reader.bytes = bytes;
    reader.start = start;
    reader.end = end;
    const reason = scanned.extraCount === MAX_EXTRAS ? MANY_KEYS : unheldReason(bytes, start, end);
    if (reason === undefined) return 'record';
    reader.reason = reason;
    return 'refused';
  }

  /** As `held`. Bytes that are no UTF-8 become U+FFFD, as everywhere else in Node; stores would refuse the whole batch. */
  function repaired(start: number, end: number): 'record' | 'refused' {
    const step = held(buffer, start, end);
    if (step === 'record' && !ascii && !isUtf8(buffer.subarray(start, end))) {
      const bytes = Buffer.from(buffer.toString('utf8', start, end));
      scanRecord(bytes, 0, bytes.length);
      return held(bytes, 0, bytes.length);
    }
    return step;
  }

  /** The record in the message of the log event that was scanned. */
  function logged(): 'record' | 'refused' | 'foreign' {
    const message = scannedMessage();
    if (message === undefined) return 'foreign';
    const end = scanRecord(message, 0, message.length);
    if (end === TOO_DEEP) {
      held(message, 0, message.length);
      reader.reason = DEEP;
      return 'refused';
    }
    return end < 0 || !isEvent() ? 'foreign' : held(message, 0, end);
  }

  function next(): RecordStep {
    for (;;) {
      if (!begun) {
        if (buffer.length < 3 && !finished) return 'more';
        // A byte order mark is not part of the text.
        if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) at = 3;
        begun = true;
      }
      if (state === 'skip') {
        const end = skipper.feed(buffer, at, buffer.length);
        at = end < 0 ? buffer.length : end;
        if (end < 0) return finished ? ends('invalid', 'ends in the middle of a record') : 'more';
        const { head, position, reason, then } = skipped as NonNullable<typeof skipped>;
        state = then;
        skipped = undefined;
        reader.bytes = head;
        reader.start = 0;
        reader.end = head.length;
        reader.position = position;
        reader.reason = reason === '' ? tooLarge(base + end - position) : reason;
        return 'refused';
      }
      const from = skipBlanks(at);
      if (from >= buffer.length) {
        at = from;
        if (!finished) return 'more';
        if (state !== 'top') return ends('invalid', 'ends in the middle of the list of records');
        if (found) return 'end';
        return ends('none', values === 0 ? EMPTY_OBJECT : NO_RECORDS);
      }
      const byte = buffer[from] as number;
      switch (state) {
        case 'top': {
          if (byte === OPEN_ARRAY) {
            at = from + 1;
            values++;
            state = 'first';
            kind = 'bare';
            continue;
          }
          if (byte !== OPEN_OBJECT) return notJson();
          const begin = wrapperBegin(from);
          if (begin === UNKNOWN && !finished) return 'more';
          if (begin >= 0) {
            at = begin;
            values++;
            state = 'first';
            kind = 'records';
            found = true;
            continue;
          }
          reader.position = base + from;
          const end = scanRecord(buffer, from, buffer.length);
          if (end < 0) {
            if (end !== INVALID && enterList(from)) continue;
            const stop = stopped(end, from, 'top');
            if (stop === 'skip') continue;
            return stop;
          }
          const list = scanned.starts[RECORDS] as number;
          const holdsList = list >= 0 && memory[list] === OPEN_ARRAY;
          const event = isEvent();
          if ((holdsList || !event) && enterList(from)) continue;
          at = end;
          values++;
          return event ? repaired(from, end) : 'foreign';
        }
        case 'first':
        case 'item': {
          if (byte === CLOSE_ARRAY && state === 'first') {
            endList(from);
            continue;
          }
          reader.position = base + from;
          const isObject = byte === OPEN_OBJECT;
          const end = isObject ? scanRecord(buffer, from, buffer.length) : skipValue(buffer, from, buffer.length);
          if (end < 0) {
            const stop = stopped(end, from, 'list');
            if (stop === 'skip') continue;
            return stop;
          }
          at = end;
          state = 'list';
          if (kind === 'control') continue;
          if (kind === 'logs') return isObject ? logged() : 'foreign';
          if (kind === 'bare' && !(isObject && isEvent())) return 'foreign';
          if (isObject) return repaired(from, end);
          // Not an event, but no reason to lose its neighbours.
          found = true;
          reader.bytes = buffer;
          reader.start = from;
          reader.end = end;
          reader.reason = 'is no object';
          return 'refused';
        }
        case 'list':
          if (byte === COMMA) {
            at = from + 1;
            state = 'item';
          } else if (byte === CLOSE_ARRAY) {
            endList(from);
          } else {
            return notJson();
          }
          continue;
        case 'tail': {
          if (byte === CLOSE_OBJECT) {
            at = from + 1;
            state = 'top';
            continue;
          }
          const end = pairEnd(from);
          if (end === DUPLICATE) return ends('invalid', 'has the key Records twice');
          if (end < 0) {
            // From the comma to the end of the wrapper: nobody needs what stands behind the list, but it might be another one.
            const stop = stopped(end, from, 'top', 1);
            if (stop === 'skip') continue;
            return stop;
          }
          at = end;
        }
      }
    }
  }

  function endList(from: number): void {
    at = from + 1;
    state = kind === 'bare' ? 'top' : 'tail';
  }

  /** The offset after `,"key":value` in the wrapper. */
  function pairEnd(from: number): number {
    if (buffer[from] !== COMMA) return INVALID;
    let index = skipBlanks(from + 1);
    if (index >= buffer.length) return INCOMPLETE;
    if (buffer[index] !== QUOTE) return INVALID;
    const keyEnd = skipValue(buffer, index, buffer.length);
    if (keyEnd < 0) return keyEnd;
    if (kind === 'records' && buffer.toString('latin1', index, keyEnd) === '"Records"') return DUPLICATE;
    index = skipBlanks(keyEnd);
    if (index >= buffer.length) return INCOMPLETE;
    if (buffer[index] !== COLON) return INVALID;
    index = skipBlanks(index + 1);
    if (index >= buffer.length) return INCOMPLETE;
    // A number that reaches the end of the bytes may go on.
    return skipValue(buffer, index, buffer.length);
  }

  return reader;
}

/** The text of the log event that was scanned; undefined where it can't be a record. */
function scannedMessage(): Buffer | undefined {
  const { extraStarts, extraEnds, extraCount } = scanned;
  for (let index = 0; index < extraCount; index++) {
    const start = extraStarts[index] as number;
    if (memory.toString('latin1', start, start + MESSAGE.length) !== MESSAGE) continue;
    const { message } = JSON.parse(`{${memory.toString('utf8', start, extraEnds[index])}}`) as { message: unknown };
    if (typeof message !== 'string') return undefined;
    const text = message.trim();
    return text.startsWith('{') ? Buffer.from(text) : undefined;
  }
  return undefined;
}
const MESSAGE = '"message"';

const UNKNOWN = -100;
const DUPLICATE = -101;
