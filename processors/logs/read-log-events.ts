import type { RecordStep } from '../../core/record-reader.ts';
import type { EncodeMessage, LogDecoder, LogObject } from './declare-dataset.ts';
import type { LogEvent, LogEventReader } from './log-event-reader.ts';
import { createLogLineReader } from './read-log-lines.ts';
import { createSubscriptionReader, isSubscription } from './read-subscription-records.ts';

/** Enough bytes to see the first key of a record. */
const HEAD_BYTES = 256;

/**
 * Yields a reader of an object's events, whatever CloudWatch Logs made of it: the lines of an export, or the records of a subscription. Plain lines are
 * read as well, each an event without a time.
 */
export function createLogEventReader(): LogEventReader {
  let head: Buffer = Buffer.alloc(0);
  let chosen: LogEventReader | undefined;
  let finished = false;

  /** The reader of the object's shape, once enough bytes have come. */
  function choose(): LogEventReader | undefined {
    if (chosen !== undefined || (head.length < HEAD_BYTES && !finished)) return chosen;
    // A byte order mark is not part of the text.
    const text = head.toString('utf8', 0, HEAD_BYTES).replace(/^\ufeff/, '');
    const isRecords = isSubscription(text);
    chosen = isRecords ? createSubscriptionReader() : createLogLineReader();
    chosen.push(isRecords ? head.subarray(head.indexOf('{')) : head);
    return chosen;
  }

  return {
    push(piece) {
      if (chosen === undefined) head = Buffer.concat([head, piece]);
      else chosen.push(piece);
    },
    finish() {
      finished = true;
      choose()?.finish();
    },
    next: (): RecordStep => choose()?.next() ?? 'more',
    location: () => chosen?.location() ?? 'byte 0',
    content: (maxBytes) => chosen?.content(maxBytes) ?? '',
    get reason() {
      return chosen?.reason ?? '';
    },
    get event() {
      return (chosen as LogEventReader).event;
    },
  };
}

/** Opens an object of messages; `encode` makes the document of each. */
export function openLogEvents(object: LogObject, encode: EncodeMessage): LogDecoder {
  const reader = createLogEventReader();
  const ownerOf = eventOwner(object);
  return {
    reader,
    encode(ingested) {
      const { event } = reader;
      if (event.isControl === true) return { type: 'drop', reason: 'control messages of CloudWatch Logs' };
      return encode(ownerOf(event), { ...event, ingested });
    },
  };
}

/** What is known of an event beside its text; the same object for all events of a record. */
function eventOwner(object: LogObject): (event: LogEvent) => LogObject {
  const name = exportStream(object.name);
  const own: LogObject = name === undefined ? object : { ...object, logStream: { name } };
  let last = own;
  return ({ stream, account }) => {
    if (stream === undefined) return own;
    if (last.logStream !== stream) last = { ...object, account: account ?? object.account, logStream: stream };
    return last;
  };
}

/** A task of an export is a UUID. Slashes in the name of a stream are written as `-`. */
const EXPORT = /\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\/([^/]+)\/\d{6}\.gz$/;

/** The name of the stream of an exported object, `<task>/<stream>/000000.gz`; undefined for another object. */
export const exportStream = (name: string): string | undefined => EXPORT.exec(name)?.[1];
