import { isIPv6 } from 'node:net';
import type { JsonObject } from '../core/json.ts';
import { RECORD_BYTES_WASM } from './record-bytes-wasm.ts';

/**
 * The memory in which records are scanned and their documents are joined, and the loops over it (`wasm/`). There is one for each thread,
 * since a record is used up before the next one is looked for. Positions in it are called addresses.
 */

interface RecordBytes {
  readonly memory: { readonly buffer: ArrayBuffer };
  configure(requestParameters: number): void;
  scan(start: number, limit: number): number;
  skip(from: number, limit: number): number;
  equals(one: number, other: number, length: number): number;
  repeated(from: number, to: number): number;
  forget(): void;
  join(parts: number, count: number, to: number): number;
  dense(from: number, to: number): number;
  renameResources(from: number, length: number, to: number): number;
  tokens(from: number, end: number, separator: number, grouping: number): number;
  slotFlags(from: number, to: number): number;
  isInstant(from: number, to: number): number;
  splitAddress(from: number, to: number, slot: number): void;
  splitRequest(request: number, slot: number): void;
  decode(from: number, to: number, slot: number, plus: number): void;
  emit(plan: number, leaves: number): number;
}

/** The part of the JavaScript API that is used here; TypeScript knows it only together with the types of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, (...numbers: number[]) => number>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** Finds the number of a key that contains an escape, by its quotes' addresses. Set by the scanner, which knows the keys. */
export const escapedKeys = { find: (_from: number, _to: number): number => -1 };

/** An IPv6 address; not one with the name of an interface, such as `fe80::1%eth0`, which the type ip of engines refuses. */
const isAddressText = (text: string): boolean => isIPv6(text) && !text.includes('%');

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(RECORD_BYTES_WASM, 'base64')), {
  'record-bytes': { escapedKey: (from: number, to: number) => escapedKeys.find(from, to) },
  'line-bytes': { isAddress: (from: number, to: number) => (isAddressText(binaryOf(from, to)) ? 1 : 0) },
});

const recordBytes = exports as unknown as RecordBytes;
/** The loops, each as a constant, so that V8 compiles calls of them directly. */
const { dense, forget, renameResources } = recordBytes;
export const { configure, scan, skip, equals, repeated, join, tokens, slotFlags, emit } = recordBytes;
export const { isInstant, splitAddress, splitRequest, decode } = recordBytes;

/** All of the memory. */
export const memory: Buffer = Buffer.from(recordBytes.memory.buffer);

/** A constant that a file of `wasm/` exports. */
export function constant(name: string): number {
  const found = exports[name] as { readonly value: number } | undefined;
  if (found === undefined) throw new Error(`The WebAssembly has no constant ${name}`);
  return found.value;
}

/** `count` numbers from an address on. */
export const numbersAt = (address: number, count: number): Int32Array =>
  new Int32Array(recordBytes.memory.buffer, address, count);

/** Bytes in the memory. */
export interface Part {
  readonly at: number;
  readonly length: number;
}

/** A part of memory that is filled from its beginning; how far stands in the first of `filled`. */
interface Region {
  readonly name: string;
  readonly end: number;
  readonly filled: Int32Array;
}

function region(name: string, begin: number, end: number, filled: Int32Array = new Int32Array(1)): Region {
  filled[0] = begin;
  return { name, end, filled };
}

const KEPT = constant('KEPT');
const SCRATCH = constant('SCRATCH');
const plans = region('plans', constant('PLANS'), constant('PLANS') + constant('PLANS_BYTES'));
const objects = region('objects', constant('OBJECT'), constant('OBJECT') + constant('OBJECT_BYTES'));
const constants = region('constants', constant('CONSTANTS'), constant('REPEATED'));
const kept = region('kept', KEPT, KEPT + constant('KEPT_BYTES'), numbersAt(constant('KEPT_AT'), 1));
const scratch = region('scratch', SCRATCH, SCRATCH + constant('SCRATCH_BYTES'));
/** Beyond this the kept pieces are given up before the next record, so that those of one record always have room. */
const KEPT_LIMIT = KEPT + constant('KEPT_BYTES') / 2;

/** Takes room for so many bytes; throws where there is none, which the limits of a record exclude. */
function take({ name, end, filled }: Region, length: number): number {
  const at = filled[0] as number;
  if (at + length > end) throw new Error(`the ${name} bytes of a record have no room for ${length} more`);
  filled[0] = at + length;
  return at;
}

function written(into: Region, text: string): Part {
  const at = take(into, text.length);
  memory.write(text, at, 'latin1');
  return { at, length: text.length };
}

/** A constant piece of JSON, given as a binary string (one character per byte). It stays for the life of the process. */
export const constantPart = (text: string): Part => written(constants, text);

/** Room for so many bytes of a plan for lines, at an address for numbers. It stays for the life of the process. */
export function planRoom(bytes: number): number {
  plans.filled[0] = ((plans.filled[0] as number) + 15) & ~15;
  return take(plans, bytes);
}

/** A constant piece of JSON of a plan, given as a binary string. */
export const planPart = (text: string): Part => written(plans, text);

/** Gives up what is the same for all documents of an object, for that of the next one. */
export function beginObject(): void {
  objects.filled[0] = constant('OBJECT');
}

/** A piece of JSON, given as a binary string, that stays until the next `beginObject`. */
export const objectPart = (text: string): Part => written(objects, text);

export const NOTHING: Part = { at: 0, length: 0 };

/** Changes whenever the kept pieces were given up: what refers to them must be forgotten. */
export let keptGeneration = 0;
let keeping: Region = kept;

/** A piece of JSON, given as a binary string, which stays until `keptGeneration` changes. */
export const keptPart = (text: string): Part => (text === '' ? NOTHING : written(keeping, text));

/** Calls a function whose kept pieces serve the current record alone. */
export function forThisRecord<T>(make: () => T): T {
  keeping = scratch;
  try {
    return make();
  } finally {
    keeping = kept;
  }
}

/** A piece of the current document alone, given as a binary string. */
export const scratchPart = (text: string): Part => (text === '' ? NOTHING : written(scratch, text));

/** Room for so many bytes of the current document alone. */
export const scratchRoom = (bytes: number): number => take(scratch, bytes);

/** Gives the scratch memory to the next record, and gives up the kept pieces where they take too much. */
export function beginRecord(): void {
  scratch.filled[0] = SCRATCH;
  if ((kept.filled[0] as number) <= KEPT_LIMIT) return;
  forget();
  keptGeneration++;
}

/** The bytes as a binary string. */
export const binaryOf = (from: number, to: number): string => memory.toString('latin1', from, to);

/** The JSON value of an object or list. */
export const jsonAt = (from: number, to: number): JsonObject => JSON.parse(memory.toString('utf8', from, to));

/** The value that begins at `from`, without its empty values and blanks, for the current document. Its surrogates are as they were. */
export function denseAt(from: number, to: number): Part {
  const at = take(scratch, to - from);
  const end = dense(from, at);
  return { at, length: end - at };
}

/** As `denseAt`, of a value given as a binary string. */
export function denseOf(json: string): Part {
  const { at, length } = scratchPart(json);
  return denseAt(at, at + length);
}

/** The list of resources with Elastic's names, for the current document. Each name becomes longer by one byte at most. */
export function renamedResources({ at, length }: Part): Part {
  const to = take(scratch, length + (length >> 3) + 16);
  return { at: to, length: renameResources(at, length, to) - to };
}
