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
import { commonSlot, LINE_SLOTS_FROM, type LineBinding, lineBinder } from './bind-line.ts';
import type { LogDecoder, LogObject } from './declare-dataset.ts';
import type { Leaf } from './line-plan.ts';
import { endOf, isPresent, MAX_TOKENS, setAbsent, setFieldCount, setPart, setPresent, setRange, startOf } from './line-slots.ts';
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

/**
 * Opens an object. `columns`: the names of the fields of a line in their order, undefined where only a header can name them. `areRows`: the lines were made of
 * rows of a table: there is no header, and a line is identified by its number and not by its byte.
 */
export type OpenLines = (
  object: LogObject,
  columns: readonly string[] | undefined,
  options?: { readonly areRows?: boolean },
) => LogDecoder;

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

/** The object whose lines are in the memory, together with what is the same for all of its documents. */
let owner: object | undefined;

/** Compiles a format; yields what opens an object of it. Fields beyond the last column are read by `prepare` alone. */
export function lineFormat(format: LineFormat): OpenLines {
  const binder = lineBinder(format);
  const indexOfDay = dayIndices(format.name);
  const separator = format.separator.charCodeAt(0);
  const grouping = (format.quotes === true ? constant('QUOTES') : 0) | (format.brackets === true ? constant('BRACKETS') : 0);

  return (object, columns, { areRows = false } = {}) => {
    const lines = createLineReader({ maxBytes: MAX_LINE_BYTES });
    const memoryOf = objectMemory(object, lines);
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

    function encode(ingested: string): Result<Document> {
      if (binding === undefined) return deadLetter('has no header that names its fields');
      const from = memoryOf.load(binding, ingested);
      const to = from + lines.end - lines.start;
      beginRecord();
      const count = tokens(from, to, separator, grouping);
      if (count < 0) return deadLetter(`has no end of ${fieldName(binding, -1 - count)}`);
      if (count > MAX_TOKENS) return deadLetter(`has more than ${MAX_TOKENS} fields`);
      for (let slot = count; slot < binding.columns.length; slot++) setAbsent(slot);
      for (let slot = LINE_SLOTS_FROM; slot < binder.end; slot++) setAbsent(slot);
      setFieldCount(count);
      const unfit = binding.derive(object);
      if (unfit !== undefined) return deadLetter(unfit);
      if (!isPresent(TIME)) return deadLetter('has no time');
      memoryOf.fillAccount();
      const position = areRows ? lines.number : lines.position;
      setPart(OFFSET, scratchPart(String(position)));
      if (object.preserveOriginal) setRange(ORIGINAL, from, to);
      const end = emit(binder.plan.address, binder.plan.count);
      if (end === TOO_LARGE) return deadLetter('has a document that is too large');
      if (end < 0) return deadLetter(unfitLeaf(binder.plan.leaves[-1 - end] as Leaf));
      const id = documentId(`${object.identity}:${position}`);
      return ok({ index: indexOfDay(startOf(TIME)), id, operation: 'create', body: keepDocument(end) });
    }

    return { reader: readerOf(lines, next), encode };
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

/** What an object has in the memory of records: its lines, and what is the same for all of its documents. */
function objectMemory(object: LogObject, lines: LineReader) {
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
    setPart(commonSlot('path'), objectPart(quote(object.name)));
    account = objectPart(object.account ?? '');
    accountNamePart = objectPart(json(accountName));
    region = objectPart(object.region ?? '');
    BINDING.set(binding.slots);
  }

  return {
    /** Yields the address of the line. */
    load(binding: LineBinding, ingested: string): number {
      if (owner !== own || bound !== binding || written !== ingested) claim(binding, ingested);
      const { bytes, start, end } = lines;
      if (bytes !== source || start < base || end > held) {
        source = bytes;
        base = start;
        held = Math.min(bytes.length, start + Math.min(LINES_BYTES, Math.max(end - start, STEP_BYTES)));
        bytes.copy(memory, LINES, base, held);
      }
      return LINES + start - base;
    },
    /** Where the line names no account or region, those of the object; and the account's name. */
    fillAccount(): void {
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
