import type { Json } from '../../core/json.ts';
import type { RecordStep } from '../../core/record-reader.ts';
import { tooLarge } from '../record-limits.ts';
import { createValueSkipper } from '../skip-value.ts';
import type { LogStream } from './declare-dataset.ts';
import type { LogEvent, LogEventReader } from './log-event-reader.ts';
import { MAX_LINE_BYTES } from './log-limits.ts';
import { instantOfMs, isObject, parseObject, valueText } from './record-values.ts';

/**
 * The largest record that is held. Firehose takes records of 1,000 KiB, which CloudWatch Logs has compressed.
 * https://docs.aws.amazon.com/firehose/latest/dev/limits.html
 */
const MAX_RECORD_BYTES = 32 * 1024 * 1024;
/** How much of a record is shown that is too large. */
const HEAD_BYTES = 64 * 1024;
const OPEN_OBJECT = 0x7b;
const NO_EVENT: LogEvent = { text: '', original: '', id: '', time: undefined };

/** The record whose events are being read. */
interface OpenRecord {
  readonly account: string | undefined;
  readonly stream: LogStream;
  readonly events: readonly Json[];
  index: number;
}

/**
 * Yields a reader of the records that CloudWatch Logs sends to a subscription, as Firehose writes them: JSON objects one after another, without a line break between
 * them. Each has the events of one stream.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export function createSubscriptionReader(): LogEventReader {
  const skipper = createValueSkipper();
  let buffer: Buffer = Buffer.alloc(0);
  /** How much of the buffer was read, and where the buffer begins in the whole content. */
  let at = 0;
  let base = 0;
  let inRecord = false;
  let finished = false;
  /** Where the record begins whose end is looked for, and what of it came in earlier pieces. */
  let position = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** The beginning of a record that is too large, while its end is looked for. */
  let head: string | undefined;
  let open: OpenRecord | undefined;
  let shownText = '';
  let shownPlace = '';

  const reader = {
    event: NO_EVENT,
    reason: '',
    push(piece: Buffer) {
      base += at;
      buffer = at === buffer.length ? piece : Buffer.concat([buffer.subarray(at), piece]);
      at = 0;
    },
    finish() {
      finished = true;
    },
    next,
    location: () => shownPlace,
    content: (maxBytes: number) => Buffer.from(shownText.slice(0, maxBytes)).toString('utf8', 0, maxBytes),
  };

  function next(): RecordStep {
    for (;;) {
      if (open !== undefined && open.index < open.events.length) return nextEvent(open);
      open = undefined;
      const step = inRecord ? findEnd() : findBegin();
      if (step !== 'again') return step;
    }
  }

  function findBegin(): RecordStep | 'again' {
    while (at < buffer.length && isBlank(buffer[at] as number)) at++;
    if (at === buffer.length) return finished ? 'end' : 'more';
    if (buffer[at] !== OPEN_OBJECT) return stop('is not JSON');
    skipper.begin();
    position = base + at;
    inRecord = true;
    return 'again';
  }

  function findEnd(): RecordStep | 'again' {
    const end = skipper.feed(buffer, at, buffer.length);
    const part = buffer.subarray(at, end < 0 ? buffer.length : end);
    at += part.length;
    if (head === undefined) {
      held.push(part);
      heldBytes += part.length;
    }
    if (end < 0 && finished) return stop('ends in the middle of a record');
    if (heldBytes > MAX_RECORD_BYTES) {
      head = Buffer.concat(held, HEAD_BYTES).toString('utf8');
      release();
    }
    if (end < 0) return 'more';
    inRecord = false;
    if (head !== undefined) {
      const refused = refuse(tooLarge(base + at - position, MAX_RECORD_BYTES), head, `byte ${position}`);
      head = undefined;
      return refused;
    }
    const text = (held.length === 1 ? part : Buffer.concat(held)).toString('utf8');
    release();
    return openRecord(text);
  }

  function release(): void {
    held = [];
    heldBytes = 0;
  }

  function openRecord(text: string): RecordStep | 'again' {
    const place = `byte ${position}`;
    const parsed = parseObject(text);
    if (parsed.type !== 'ok') return refuse(parsed.reason, text, place);
    const record = parsed.value;
    if (record.messageType === 'CONTROL_MESSAGE') {
      show(text, place);
      reader.event = { ...NO_EVENT, isControl: true };
      return 'record';
    }
    if (record.messageType !== 'DATA_MESSAGE') return refuse('has no messageType of CloudWatch Logs', text, place);
    if (!Array.isArray(record.logEvents)) return refuse('has no list logEvents', text, place);
    const stream = { group: valueText(record.logGroup), name: valueText(record.logStream) };
    open = { account: valueText(record.owner), stream, events: record.logEvents, index: 0 };
    return 'again';
  }

  function nextEvent({ account, stream, events, index }: OpenRecord): 'record' | 'refused' {
    (open as OpenRecord).index++;
    const event = events[index];
    const place = `byte ${position}, event ${index + 1}`;
    const shown = (): string => JSON.stringify(event);
    if (!isObject(event)) return refuse('has an event that is no object', shown(), place);
    const { id, message } = event;
    const time = instantOfMs(event.timestamp);
    if (typeof id !== 'string' || id === '') return refuse('has an event without id', shown(), place);
    if (time === undefined) return refuse('has an event without timestamp', shown(), place);
    if (typeof message !== 'string') return refuse('has an event without message', shown(), place);
    const large = tooLargeMessage(message);
    if (large !== undefined) return refuse(large, message, place);
    show(message, place);
    reader.event = { text: message, original: message, id, time, account, stream };
    return 'record';
  }

  function show(text: string, place: string): void {
    shownText = text;
    shownPlace = place;
  }

  function refuse(reason: string, text: string, place: string): 'refused' {
    show(text, place);
    reader.reason = reason;
    return 'refused';
  }

  function stop(reason: string): 'invalid' {
    reader.reason = reason;
    return 'invalid';
  }

  return reader;
}

/** Why a message can't be held, completing "The record …"; undefined if it can. */
export function tooLargeMessage(message: string): string | undefined {
  // A UTF-16 unit is at most three bytes of UTF-8, so a short text needs no counting.
  if (message.length * 3 <= MAX_LINE_BYTES) return undefined;
  const bytes = Buffer.byteLength(message);
  return bytes > MAX_LINE_BYTES ? tooLarge(bytes, MAX_LINE_BYTES) : undefined;
}

/** The keys of a record, any of which may be the first. */
const FIRST_KEY = /^\s*\{\s*"(?:messageType|owner|logGroup|logStream|subscriptionFilters|logEvents)"\s*:/;

/** Whether content that begins with this text is records of a subscription. */
export const isSubscription = (text: string): boolean => FIRST_KEY.test(text);

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
