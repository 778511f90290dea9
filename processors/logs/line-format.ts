import { isUtf8 } from 'node:buffer';
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
  constantPart,
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
import { quotedAmiss, quotedBefore } from './line-quoting.ts';
import { endOf, isPresent, MAX_TOKENS, setAbsent, setFieldCount, setPart, setPresent, setRange, startOf } from './line-slots.ts';
import { logPath } from './log-document.ts';
import { MAX_LINE_BYTES } from './log-limits.ts';
import { NO_NAMES } from './resource-names.ts';

/** Fills the derived slots of a line; returns why the line can't be read, completing "The record …". */
export type DeriveSlots = (object: LogObject) => string | undefined;

/** How the lines of a dataset become documents. */
export interface LineFormat {
  /** As in `awslogs-vpcflow-2026.11.21`. */
  readonly name: string;
  /** Such as `aws.vpcflow`. */
  readonly dataset: string;
  /** `tab or blank`: what ends the first field of the line. */
  readonly separator: ' ' | 'tab or blank';
  /** Fields may be in double quotes. */
  readonly quotes?: LineQuotes;
  /** Fields may be in square brackets. */
  readonly brackets?: true;
  /**
   * The document, but for what all datasets have in common. `@timestamp`, `account` and `region` are slots that `prepare` fills: an instant with milliseconds,
   * which each line must have, and an account and a region where the line names them.
   */
  readonly leaves: readonly Leaf[];
  /** The fields that say which way the traffic of a line goes, and which network interface saw it. */
  readonly flow?: { readonly direction: string; readonly seenAt: string };
  /** The names of the slots that `prepare` fills beside those. */
  readonly derived: readonly string[];
  /**
   * Called for each order of fields. `slot` gives the number of a derived slot or of a field, -1 where the line has no such field; a derived slot hides a field
   * of its name. Derived slots are absent at the beginning of each line.
   */
  prepare(slot: (name: string) => number, columns: readonly string[]): DeriveSlots;
  /** The names of the fields in a header; the empty list for another line that is no record. Undefined for a record. */
  readonly header?: (line: LineReader) => readonly string[] | undefined;
  /** The names of a record's fields, where each line tells its own order: one of a few lists, each always the same object. */
  readonly layout?: (line: LineBytes) => readonly string[];
}

/** Where the bytes of a line are. */
export interface LineBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Clients choose the content of some fields, and AWS does not escape each quote in them. */
export interface LineQuotes {
  /**
   * The fields of an order that are in quotes, or brackets, unless they are empty. The fields behind the first of them, up to the 29th, have quotes if and
   * only if they are listed.
   */
  fieldsOf(columns: readonly string[]): readonly string[];
  /** Matches a line whose fields have quotes inside; each group, which has an index, is the content of a field. */
  readonly repair: RegExp;
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
const TAB = 0x09;
const BLANK = 0x20;
/** A longer line is not searched for quotes that are not escaped, since the time of that grows faster than the line. */
const MAX_REPAIRED_BYTES = 8 * 1024;
/** A byte that is neither a quote nor a backslash, and marks a field as one with escapes. */
const STAND_IN = 0x01;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const TIME = commonSlot('@timestamp');
const ACCOUNT = commonSlot('account');
const ACCOUNT_NAME = commonSlot('accountName');
const REGION = commonSlot('region');
const ORIGINAL = commonSlot('original');
const OFFSET = commonSlot('offset');
const EVENT_ID = commonSlot('eventId');
const RECEIVED = commonSlot('received');
const ENCODING = commonSlot('originalEncoding');
const BASE64 = constantPart('base64');

/** The object whose lines are in the memory, together with what is the same for all of its documents. */
let owner: object | undefined;

/** Compiles a format. Fields beyond the last column are read by `prepare` alone. */
export function lineFormat(format: LineFormat): LineReading {
  const binder = lineBinder(format);
  const encode = lineEncoder(format, binder);
  const { header, layout } = format;
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
          const names = step === 'record' && !areRows ? header?.(lines) : undefined;
          if (names === undefined) return step;
          if (names.length > 0) binding = binder.bind(names);
        }
      }

      return {
        reader: readerOf(lines, next),
        encode(ingested) {
          if (layout !== undefined) {
            const own = layout(lines);
            if (binding?.columns !== own) binding = binder.bind(own);
          }
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
interface Line extends LineBytes {
  /** What identifies it within its object: the byte that it begins at, the number of its row; or the id of an event, which identifies it everywhere. */
  readonly id: number | string;
  readonly received?: string | undefined;
  readonly ingested: string;
}

type EncodeLine = (object: LogObject, memoryOf: ObjectMemory, binding: LineBinding, line: Line) => Result<Document>;

function lineEncoder(format: LineFormat, { plan, end: slotsEnd }: LineBinder): EncodeLine {
  const indexOfDay = dayIndices(format.name);
  const split = lineSplitter(format);
  return (object, memoryOf, binding, line) => {
    const from = memoryOf.load(binding, line);
    const to = from + line.end - line.start;
    beginRecord();
    const count = split(from, to, binding);
    if (typeof count === 'string') return deadLetter(count);
    if (count > MAX_TOKENS) return deadLetter(`has more than ${MAX_TOKENS} fields`);
    for (let slot = count; slot < binding.columns.length; slot++) setAbsent(slot);
    for (let slot = LINE_SLOTS_FROM; slot < slotsEnd; slot++) setAbsent(slot);
    setFieldCount(count);
    const unfit = binding.derive(object);
    if (unfit !== undefined) return deadLetter(unfit);
    if (!isPresent(TIME)) return deadLetter('has no time');
    binding.fillSides(object, memoryOf.fillAccount());
    const { id, received } = line;
    if (typeof id === 'number') setPart(OFFSET, scratchPart(String(id)));
    else setPart(EVENT_ID, scratchPart(quote(id)));
    if (received !== undefined) setPart(RECEIVED, scratchPart(quote(received)));
    if (object.preserveOriginal) keepOriginal(line, from, to);
    const end = emit(plan.address, plan.count);
    if (end === TOO_LARGE) return deadLetter('has a document that is too large');
    if (end < 0) return deadLetter(unfitLeaf(plan.leaves[-1 - end] as Leaf));
    return ok({
      index: indexOfDay(startOf(TIME)),
      id: documentId(typeof id === 'number' ? `${object.identity}:${id}` : id),
      operation: 'create',
      body: keepDocument(end),
      fields: object.names === NO_NAMES && object.locate === undefined ? binding.fields : binding.fieldsWithSides,
    });
  };
}

/** Yields what finds the fields of a line: their number, or why they can't be found. */
function lineSplitter({ separator: kind, quotes, brackets }: LineFormat) {
  const grouping = (quotes === undefined ? 0 : constant('QUOTES')) | (brackets === true ? constant('BRACKETS') : 0);
  const separatorOf = (from: number, to: number): number => {
    if (kind === ' ') return BLANK;
    let at = from;
    while (at < to && memory[at] !== TAB && memory[at] !== BLANK) at++;
    return memory[at] === TAB ? TAB : BLANK;
  };
  return (from: number, to: number, { columns, quoting }: LineBinding): number | string => {
    const separator = separatorOf(from, to);
    const count = tokens(from, to, separator, grouping);
    const amiss = count < 0 ? -1 - count : quotedAmiss(quoting, count);
    if (amiss < 0) return count;
    const match = quotes === undefined || to - from > MAX_REPAIRED_BYTES ? null : quotes.repair.exec(binaryOf(from, to));
    const repaired = match === null ? -1 : tokensWithQuotes(from, match, () => tokens(from, to, separator, grouping));
    if (repaired >= 0 && quotedAmiss(quoting, repaired) < 0) return repaired;
    if (count < 0) return `has no end of ${fieldName(columns, amiss)}`;
    return `has a field ${fieldName(columns, quotedBefore(quoting, amiss))} with quotes that are not escaped`;
  };
}

/**
 * Finds fields while the quotes and backslashes inside the groups of a match are replaced, so that none of them ends a field. They are back in their places
 * when the fields are read.
 */
function tokensWithQuotes(from: number, match: RegExpExecArray, find: () => number): number {
  const replaced: (readonly [address: number, byte: number])[] = [];
  for (const group of match.indices?.slice(1) ?? []) {
    if (group === undefined) continue;
    for (let at = from + group[0]; at < from + group[1]; at++) {
      const byte = memory[at] as number;
      if (byte !== QUOTE && byte !== BACKSLASH) continue;
      replaced.push([at, byte]);
      memory[at] = STAND_IN;
    }
  }
  const count = find();
  for (const [at, byte] of replaced) memory[at] = byte;
  return count;
}

/** A line that is no UTF-8 is kept in base64, since a text can't hold its bytes. */
function keepOriginal({ bytes, start, end }: Line, from: number, to: number): void {
  const line = bytes.subarray(start, end);
  if (isUtf8(line)) setRange(ORIGINAL, from, to);
  else {
    setPart(ORIGINAL, scratchPart(line.toString('base64')));
    setPart(ENCODING, BASE64);
  }
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
  /** Where the line names no account or region, those of the object; and the account's name. Yields the account. */
  fillAccount(): string | undefined;
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

  function claim(ingested: string): void {
    owner = own;
    bound = undefined;
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
  }

  return {
    load(binding, { bytes, start, end, ingested }) {
      if (owner !== own || written !== ingested) claim(ingested);
      if (bound !== binding) {
        bound = binding;
        BINDING.set(binding.slots);
      }
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
        return object.account;
      }
      const from = startOf(ACCOUNT);
      const length = endOf(ACCOUNT) - from;
      if (length === account.length && equals(from, account.at, length)) {
        setPart(ACCOUNT_NAME, accountNamePart);
        return object.account;
      }
      const id = binaryOf(from, from + length);
      setPart(ACCOUNT_NAME, scratchPart(json(object.accountName(id))));
      return id;
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

const fieldName = (columns: readonly string[], index: number): string => columns[index] ?? `field ${index + 1}`;

function unfitLeaf(leaf: Leaf): string {
  if ('constant' in leaf) throw new Error(`the constant ${leaf.field} does not fit`);
  return `has a field ${leaf.of ?? leaf.slot} that is no ${leaf.form === 'ip' ? 'IP address' : 'number'}`;
}
