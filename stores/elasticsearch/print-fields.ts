import type { Field, IndexMapping } from '../../core/field.ts';
import { IGNORE_ABOVE } from './schema.ts';

/**
 * The text of a flattened field, made from the bytes of a document where they stand in the body that is sent. A JSON object or list is printed as Java
 * does, `{userName=ana, tags=[a, b]}`: Elastic's AWS integration stores requests and responses in this form, and detection rules search it.
 * Strings lose their quotes, numbers keep their digits. The text is itself a JSON string: the escapes of the strings in it mean the same there, and
 * are copied.
 */

type PrintedField = Field & { readonly prints: string };

export const printedFields = ({ fields }: IndexMapping): readonly PrintedField[] =>
  fields.filter((field): field is PrintedField => field.prints !== undefined);

/** Adds the printed fields to the document at `start` to `end` of a buffer that has room for them after it; yields the new end. */
export interface FieldPrinter {
  (buffer: Buffer, start: number, end: number): number;
  /** The most bytes that it adds to a document of this size. */
  room(bytes: number): number;
}

/**
 * Yields the printer of a view, or undefined where it has no such fields. The fields are added at the end of a document and under their dotted names, so that they
 * are easily removed when it is read. Texts that are too long for the engine to index are left out.
 */
export function fieldPrinter(mapping: IndexMapping): FieldPrinter | undefined {
  const fields = printedFields(mapping);
  if (fields.length === 0) return undefined;
  const root = branchOf(fields);
  const names = fields.reduce((sum, { name }) => sum + name.length + AROUND_TEXT, 0);
  return Object.assign(printerOf(root), {
    room: (bytes: number) => names + Math.min(MOST_GROWTH * bytes, MOST_TEXT_BYTES * fields.length),
  });
}

/** A key on the way to printed fields. */
interface Branch {
  /** With its quotes. */
  readonly key: Buffer;
  readonly branches: readonly Branch[];
  /** What comes before the text of the field that prints this value: `,"name":"`. */
  readonly heading: Buffer | undefined;
}

function branchOf(fields: readonly PrintedField[], key = '', depth = 0): Branch {
  const partOf = ({ prints }: PrintedField): string | undefined => prints.split('.')[depth];
  const here = fields.find((field) => partOf(field) === undefined);
  const parts = new Set(fields.flatMap((field) => partOf(field) ?? []));
  return {
    key: Buffer.from(JSON.stringify(key)),
    branches: [...parts].map((part) =>
      branchOf(
        fields.filter((field) => partOf(field) === part),
        part,
        depth + 1,
      ),
    ),
    heading: here && Buffer.from(`,${JSON.stringify(here.name)}:"`),
  };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const BLANK = 0x20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const LETTER_T = 0x74;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** `,"":""` */
const AROUND_TEXT = 6;
/** A comma gets a blank, and a line feed becomes an escape. */
const MOST_GROWTH = 2;
/** A longer text has more than `IGNORE_ABOVE` characters: each takes at most six bytes, as `\u00fc` does. */
const MOST_TEXT_BYTES = 6 * IGNORE_ABOVE;

/** Its state is that of one call, and outside of it so that no call makes functions of its own. */
function printerOf(root: Branch): (buffer: Buffer, start: number, end: number) => number {
  let bytes: Buffer = Buffer.alloc(0);
  let end = 0;
  /** Where the next byte is written: over the closing brace of the document at first. */
  let out = 0;

  /** Goes through the object at `from`, and yields the offset after it, or `end` for what is no JSON. `last`: nothing after this object is looked for. */
  function walk({ branches }: Branch, from: number, last: boolean): number {
    let left = branches.length;
    let at = blanksEnd(bytes, from + 1, end);
    while (at < end && bytes[at] === QUOTE) {
      const key = at;
      const keyEnd = stringEnd(bytes, key, end);
      const colon = blanksEnd(bytes, keyEnd, end);
      if (colon >= end || bytes[colon] !== COLON) return end;
      at = blanksEnd(bytes, colon + 1, end);
      const branch = branchAt(branches, bytes, key, keyEnd);
      if (branch === undefined) {
        at = valueEnd(bytes, at, end);
      } else {
        left--;
        at = take(branch, at, last && left === 0);
        if (last && left === 0) return at;
      }
      at = blanksEnd(bytes, at, end);
      if (bytes[at] !== COMMA) break;
      at = blanksEnd(bytes, at + 1, end);
    }
    return at < end && bytes[at] === CLOSE_OBJECT ? at + 1 : end;
  }

  /** Prints the value at `at` where its branch says so, and yields the offset after it, or `at` where nothing after it is looked for. */
  function take(branch: Branch, at: number, last: boolean): number {
    const isObject = bytes[at] === OPEN_OBJECT;
    let after: number | undefined;
    if (branch.heading !== undefined && (isObject || bytes[at] === OPEN_LIST)) {
      const before = out;
      bytes.set(branch.heading, out);
      out += branch.heading.length;
      const text = out;
      after = printTree(at);
      if (after === undefined || isTooLong(bytes, text, out)) out = before;
      else bytes[out++] = QUOTE;
    }
    if (branch.branches.length > 0 && isObject) return walk(branch, at, last);
    return last ? at : (after ?? valueEnd(bytes, at, end));
  }

  /** Writes the text of the tree at `from`, and yields the offset after the tree; undefined where the text is too long or the tree has no end. */
  function printTree(from: number): number | undefined {
    const source = bytes;
    const limit = out + MOST_TEXT_BYTES;
    let to = out;
    let depth = 0;
    for (let at = from; at < end && to < limit; at++) {
      const byte = source[at] as number;
      if (byte === QUOTE) {
        for (let char = source[++at] as number; char !== QUOTE; char = source[++at] as number) {
          if (at >= end || to >= limit) return undefined;
          source[to++] = char;
          if (char === BACKSLASH) source[to++] = source[++at] as number;
        }
      } else if (byte > COLON) {
        source[to++] = byte;
        if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
        else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) {
          out = to;
          return at + 1;
        }
      } else if (byte === COLON) {
        source[to++] = EQUALS;
      } else if (byte === COMMA) {
        source[to++] = COMMA;
        source[to++] = BLANK;
      } else if (byte < BLANK) {
        source[to++] = BACKSLASH;
        source[to++] = byte === LINE_FEED ? LETTER_N : byte === CARRIAGE_RETURN ? LETTER_R : LETTER_T;
      } else {
        source[to++] = byte;
      }
    }
    return undefined;
  }

  return (buffer, start, documentEnd) => {
    bytes = buffer;
    end = documentEnd;
    out = end - 1;
    const from = blanksEnd(bytes, start, end);
    if (bytes[from] === OPEN_OBJECT) walk(root, from, true);
    bytes[out++] = CLOSE_OBJECT;
    return out;
  };
}

function branchAt(branches: readonly Branch[], bytes: Buffer, start: number, end: number): Branch | undefined {
  for (const branch of branches) if (isKey(bytes, start, end, branch.key)) return branch;
  return undefined;
}

/** Whether a text has more characters than the engine indexes. */
function isTooLong(bytes: Buffer, start: number, end: number): boolean {
  if (end - start <= IGNORE_ABOVE) return false;
  return (JSON.parse(`"${bytes.toString('utf8', start, end)}"`) as string).length > IGNORE_ABOVE;
}

function isKey(bytes: Buffer, start: number, end: number, key: Buffer): boolean {
  if (end - start !== key.length) return false;
  for (let index = 0; index < key.length; index++) if (bytes[start + index] !== key[index]) return false;
  return true;
}

function blanksEnd(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] as number) <= BLANK) at++;
  return at;
}

/** The offset after the string that begins at `from`. */
function stringEnd(bytes: Buffer, from: number, end: number): number {
  let at = from + 1;
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at < end ? at + 1 : end;
}

/** The offset after the value that begins at `from`, or `end` for what is no JSON. */
function valueEnd(bytes: Buffer, from: number, end: number): number {
  let depth = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      for (at++; at < end && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
      if (depth === 0) return Math.min(at + 1, end);
    } else if (byte >= OPEN_LIST) {
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        // A number or a literal ends where its container does.
        if (depth === 0) return at;
        if (--depth === 0) return at + 1;
      }
    } else if (depth === 0 && (byte === COMMA || byte <= BLANK)) return at;
  }
  return end;
}
