import { type Document, dailyIndex, documentId } from '../../core/document.ts';
import type { RecordStep } from '../../core/record-reader.ts';
import { deadLetter, ok, type Result } from '../../core/result.ts';
import { keepDocument } from '../document-parts.ts';
import { quote } from '../quoted-json.ts';
import { createLineReader, type LineReader } from '../read-lines.ts';
import {
  beginObject,
  beginRecord,
  binaryOf,
  constant,
  emit,
  equals,
  memory,
  NOTHING,
  numbersAt,
  objectPart,
  planRoom,
  scratchPart,
  tokens,
} from '../record-memory.ts';
import { commonSlot, LINE_SLOTS_FROM, type LineBinder, type LineBinding, lineBinder } from './bind-line.ts';
import type { LogDecoder, LogMessage, LogObject } from './declare-dataset.ts';
import type { Leaf } from './line-plan.ts';
import { endOf, isPresent, MAX_TOKENS, setAbsent, setFieldCount, setPart, setPresent, setRange, startOf } from './line-slots.ts';
import { logPath } from './log-document.ts';
import { MAX_LINE_BYTES } from './log-limits.ts';

/** Fills the derived slots of a line; returns why the line can't be read, completing "The record …". */
export type DeriveSlots = (object: LogObject) => string | undefined;

/** How the lines of a dataset become documents. */
export interface LineFormat {
  /** As in `awslogs-vpcflow-2026.11.21`. */
  readonly name: string;
  /** Such as `aws.vpcflow`. */
  readonly dataset: string;
  readonly separator: ' ' | '\t';
  /** Fields may be in double quotes. */
  readonly quotes?: true;
  /** Fields may be in square brackets. */
  readonly brackets?: true;
  /**
   * The document, but for what all datasets have in common. `@timestamp`, `account` and `region` are slots that `prepare` fills: an instant with milliseconds,
   * which each line must have, and an account and a region where the line names them.
   */
  readonly leaves: readonly Leaf[];
  /** The names of the slots that `prepare` fills beside those. */
  readonly derived: readonly string[];
  /**
   * Called for each order of fields. `slot` gives the number of a derived slot or of a field, -1 where the line has no such field; a derived slot hides a field
   * of its name. Derived slots are absent at the beginning of each line.
   */
  prepare(slot: (name: string) => number, columns: readonly string[]): DeriveSlots;
  /** The names of the fields in a header; the empty list for another line that is no record. Undefined for a record. */
  readonly header?: (line: LineReader) => readonly string[] | undefined;
}

/** Reads the lines of a format. */
export interface LineReading {
  /**
   * Opens an object. `columns`: the names of the fields of a line in their order, undefined where only a header can name them. `areRows`: the lines were made of
   * rows of a table: there is no header, and a line is identified by its number and not by its byte.
   */
  open(object: LogObject, columns: readonly string[] | undefined, options?: { readonly areRows?: boolean }): LogDecoder;
  /** The document of a message of CloudWatch Logs that is one line with these fields. */
  encodeMessage(object: LogObject, columns: readonly string[], message: LogMessage): Result<Document>;
}

const BINDING = numbersAt(constant('BINDING'), constant('MAX_LEAVES'));
const LINES = constant('LINES');
const LINES_BYTES = constant('LINES_BYTES') - 16;
const TOO_LARGE = constant('TOO_LARGE');
/** So much of the lines is copied into the memory at a time: many lines, and it stays in the processor's cache. */
const STEP_BYTES = 256 * 1024;
const DAY_BYTES = 10;

const TIME = commonSlot('@timestamp');
const ACCOUNT = commonSlot('account');
const ACCOUNT_NAME = commonSlot('accountName');
const REGION = commonSlot('region');
const ORIGINAL = commonSlot('original');
const OFFSET = commonSlot('offset');
const EVENT_ID = commonSlot('eventId');
const RECEIVED = commonSlot('received');

/** The object whose lines are in the memory, together with what is the same for all of its documents. */
let owner: object | undefined;

/** Compiles a format. Fields beyond the last column are read by `prepare` alone. */
export function lineFormat(format: LineFormat): LineReading {
  const binder = lineBinder(format);
  const encode = lineEncoder(format, binder);
  /** Of the object whose message came last: several messages come from one. */
  let messages: { readonly object: LogObject; readonly memory: ObjectMemory } | undefined;
  return {
    open(object, columns, { areRows = false } = {}) {
      const lines = createLineReader({ maxBytes: MAX_LINE_BYTES });
      const memoryOf = objectMemory(object);
      let binding = columns === undefined ? undefined : binder.bind(columns);

      /** Passes over headers. */
      function next(): RecordStep {
        for (;;) {
          const step = lines.next();
          const header = step === 'record' && !areRows ? format.header?.(lines) : undefined;
          if (header === undefined) return step;
          if (header.length > 0) binding = binder.bind(header);
        }
      }

      return {
        reader: readerOf(lines, next),
        encode(ingested) {
          if (binding === undefined) return deadLetter('has no header that names its fields');
          const id = areRows ? lines.number : lines.position;
          return encode(object, memoryOf, binding, { bytes: lines.bytes, start: lines.start, end: lines.end, id, ingested });
        },
      };
    },
    encodeMessage(object, columns, { text, id, received, ingested }) {
      if (messages?.object !== object) messages = { object, memory: objectMemory(object) };
      const bytes = Buffer.from(text);
      return encode(object, messages.memory, binder.bind(columns), {
        bytes,
        start: 0,
        end: bytes.length,
        id,
        received,
        ingested,
      });
    },
  };
}

/** Where a line lies, and what is known of it beside its bytes. */
interface Line {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** What identifies it within its object: the byte that it begins at, the number of its row; or the id of an event, which identifies it everywhere. */
  readonly id: number | string;
  readonly received?: string | undefined;
  readonly ingested: string;
}

type EncodeLine = (object: LogObject, memoryOf: ObjectMemory, binding: LineBinding, line: Line) => Result<Document>;

function lineEncoder(format: LineFormat, { plan, end: slotsEnd }: LineBinder): EncodeLine {
  const indexOfDay = dayIndices(format.name);
  const separator = format.separator.charCodeAt(0);
  const grouping = (format.quotes === true ? constant('QUOTES') : 0) | (format.brackets === true ? constant('BRACKETS') : 0);
  return (object, memoryOf, binding, line) => {
    const from = memoryOf.load(binding, line);
    const to = from + line.end - line.start;
    beginRecord();
    const count = tokens(from, to, separator, grouping);
    if (count < 0) return deadLetter(`has no end of ${fieldName(binding, -1 - count)}`);
    if (count > MAX_TOKENS) return deadLetter(`has more than ${MAX_TOKENS} fields`);
    for (let slot = count; slot < binding.columns.length; slot++) setAbsent(slot);
    for (let slot = LINE_SLOTS_FROM; slot < slotsEnd; slot++) setAbsent(slot);
    setFieldCount(count);
    const unfit = binding.derive(object);
    if (unfit !== undefined) return deadLetter(unfit);
    if (!isPresent(TIME)) return deadLetter('has no time');
    memoryOf.fillAccount();
    const { id, received } = line;
    if (typeof id === 'number') setPart(OFFSET, scratchPart(String(id)));
    else setPart(EVENT_ID, scratchPart(quote(id)));
    if (received !== undefined) setPart(RECEIVED, scratchPart(quote(received)));
    if (object.preserveOriginal) setRange(ORIGINAL, from, to);
    const end = emit(plan.address, plan.count);
    if (end === TOO_LARGE) return deadLetter('has a document that is too large');
    if (end < 0) return deadLetter(unfitLeaf(plan.leaves[-1 - end] as Leaf));
    return ok({
      index: indexOfDay(startOf(TIME)),
      id: documentId(typeof id === 'number' ? `${object.identity}:${id}` : id),
      operation: 'create',
      body: keepDocument(end),
    });
  };
}

/** The index of the day that the text at an address begins with; that of the line before is kept. */
function dayIndices(name: string): (at: number) => string {
  const kept = planRoom(DAY_BYTES);
  let index = '';
  return (at) => {
    if (index !== '' && equals(at, kept, DAY_BYTES)) return index;
    memory.copyWithin(kept, at, at + DAY_BYTES);
    index = dailyIndex(`awslogs-${name}-`, binaryOf(at, at + DAY_BYTES));
    return index;
  };
}

interface ObjectMemory {
  /** Yields the address of the line. */
  load(binding: LineBinding, line: Line): number;
  /** Where the line names no account or region, those of the object; and the account's name. */
  fillAccount(): void;
}

/** What an object has in the memory of records: its lines, and what is the same for all of its documents. */
function objectMemory(object: LogObject): ObjectMemory {
  const own = {};
  const json = (text: string | undefined): string => (text === undefined ? '' : quote(text));
  const accountName = object.account === undefined ? undefined : object.accountName(object.account);
  let bound: LineBinding | undefined;
  let written = '';
  let account = NOTHING;
  let accountNamePart = NOTHING;
  let region = NOTHING;
  let source: Buffer | undefined;
  let base = 0;
  let held = 0;

  function claim(binding: LineBinding, ingested: string): void {
    owner = own;
    bound = binding;
    written = ingested;
    source = undefined;
    beginObject();
    setPresent(commonSlot('constant'));
    setPart(commonSlot('ingested'), objectPart(`"${ingested}"`));
    setPart(commonSlot('path'), objectPart(json(logPath(object))));
    setPart(commonSlot('logGroup'), objectPart(json(object.logStream?.group)));
    setPart(commonSlot('logStream'), objectPart(json(object.logStream?.name)));
    account = objectPart(object.account ?? '');
    accountNamePart = objectPart(json(accountName));
    region = objectPart(object.region ?? '');
    BINDING.set(binding.slots);
  }

  return {
    load(binding, { bytes, start, end, ingested }) {
      if (owner !== own || bound !== binding || written !== ingested) claim(binding, ingested);
      if (bytes !== source || start < base || end > held) {
        source = bytes;
        base = start;
        held = Math.min(bytes.length, start + Math.min(LINES_BYTES, Math.max(end - start, STEP_BYTES)));
        bytes.copy(memory, LINES, base, held);
      }
      return LINES + start - base;
    },
    fillAccount() {
      if (!isPresent(REGION)) setPart(REGION, region);
      if (!isPresent(ACCOUNT)) {
        setPart(ACCOUNT, account);
        setPart(ACCOUNT_NAME, accountNamePart);
        return;
      }
      const from = startOf(ACCOUNT);
      const length = endOf(ACCOUNT) - from;
      const isOwn = length === account.length && equals(from, account.at, length);
      setPart(ACCOUNT_NAME, isOwn ? accountNamePart : scratchPart(json(object.accountName(binaryOf(from, from + length)))));
    },
  };
}

const readerOf = (lines: LineReader, next: () => RecordStep): LogDecoder['reader'] => ({
  next,
  push: (bytes) => lines.push(bytes),
  finish: () => lines.finish(),
  get reason() {
    return lines.reason;
  },
  location: () => lines.location(),
  content: (maxBytes) => lines.content(maxBytes),
});

const fieldName = ({ columns }: LineBinding, index: number): string => columns[index] ?? `field ${index + 1}`;

function unfitLeaf(leaf: Leaf): string {
  if ('constant' in leaf) throw new Error(`the constant ${leaf.field} does not fit`);
  return `has a field ${leaf.slot} that is no ${leaf.form === 'ip' ? 'IP address' : 'number'}`;
}
