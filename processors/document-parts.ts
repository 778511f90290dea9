import { constant, constantPart, join, memory, numbersAt, type Part } from './record-memory.ts';

/**
 * Gathers the parts of a document, which lie anywhere in the memory of records, and joins them at the end. A part costs two numbers; its bytes are
 * copied once.
 */

/** The size of a block: large enough that its allocation is negligible per document, and small, since one waiting document keeps all of it. */
const BLOCK_BYTES = 1024 * 1024;

const PARTS = constant('PARTS');
const MAX_PARTS = constant('MAX_PARTS');
const OUTPUT = constant('OUTPUT');
const OUTPUT_BYTES = constant('OUTPUT_BYTES');
const list = numbersAt(PARTS, MAX_PARTS * 2);

const COMMA = constantPart(',');
export const CLOSE_OBJECT = constantPart('}');
export const OPEN_LIST = constantPart('[');
export const CLOSE_LIST = constantPart(']');

let count = 0;
let bytes = 0;
/** Whether an object or a list was just opened: its first member takes no comma. */
let first = false;
let block = Buffer.alloc(0);
let blockAt = 0;

/** Forgets the parts of the document before. */
export function beginDocument(): void {
  count = 0;
  bytes = 0;
  first = false;
}

/** Adds the bytes from `from` to before `to`. */
export function putRange(from: number, to: number): void {
  if (count === MAX_PARTS) throw new Error(`a document has more than ${MAX_PARTS} parts`);
  list[count * 2] = from;
  list[count * 2 + 1] = to - from;
  count++;
  bytes += to - from;
  first = false;
}

/** Adds a part as it is. */
export const put = ({ at, length }: Part): void => putRange(at, at + length);

/** Adds a part that opens an object or a list at its end. */
export function putOpening(part: Part): void {
  put(part);
  first = true;
}

/** Adds what begins with a comma, such as `,"name":`; without the comma if it is the first in its object. Nothing if it is empty. */
export function putMember({ at, length }: Part): void {
  if (length > 0) putRange(first ? at + 1 : at, at + length);
}

/** Separates an item of a list from the one before it. */
export function putSeparator(): void {
  if (!first) put(COMMA);
}

/** Adds a member with this value; nothing without a value. */
export function putPair(name: Part, value: Part): void {
  if (value.length === 0) return;
  putMember(name);
  put(value);
}

/** What `openMember` began. */
export type Opened = number;

/** Begins a member whose value is an object or a list: `,"name":{`. */
export function openMember(name: Part): Opened {
  const opened = count * 2 + (first ? 1 : 0);
  putMember(name);
  first = true;
  return opened;
}

/** Ends what `openMember` began; takes the whole member back where it has no content. */
export function closeMember(opened: Opened, closing: Part): void {
  if (!first) {
    put(closing);
    return;
  }
  while (count > opened >> 1) {
    count--;
    bytes -= list[count * 2 + 1] as number;
  }
  first = (opened & 1) === 1;
}

/** Joins the parts in a block of memory that documents share. */
export function takeDocument(): Buffer {
  if (bytes > OUTPUT_BYTES) throw new Error(`a document of ${bytes} bytes is too large to be joined`);
  return keepDocument(join(PARTS, count, OUTPUT));
}

/** Copies the document that was written to OUTPUT, up to the address `end`, into a block of memory that documents share. */
export function keepDocument(end: number): Buffer {
  const length = end - OUTPUT;
  if (blockAt + length > block.length) {
    block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, length));
    blockAt = 0;
  }
  const start = blockAt;
  memory.copy(block, start, OUTPUT, end);
  blockAt += length;
  return block.subarray(start, blockAt);
}
