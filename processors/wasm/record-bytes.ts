/**
 * The loops over bytes of the hot path, in AssemblyScript: they find the parts of a CloudTrail record and join the parts of its document.
 * WebAssembly reads sixteen bytes at a time, which JavaScript can't. `node generate/run.ts` compiles this file into record-bytes.wasm.ts;
 * record-memory.ts is its side in TypeScript.
 *
 * Nothing here allocates. All of memory is divided at fixed addresses, which the exported constants give, and the bytes behind a region may be
 * read (never written) by up to sixteen, so no loop needs a special case for the end of its input.
 */

/** Finds the number of a key that contains an escape; -1 for an unknown one. `from` and `to` are its quotes. */
declare function escapedKey(from: i32, to: i32): i32;

const MAX_KEYS: i32 = 64;
/** The largest number of kept names: an event of 256 KB could contain thousands, which no list can show. */
export const MAX_ENTITIES: i32 = 1000;
/** No call has more of them side by side. */
export const MAX_NAMED: i32 = 8;
/** The largest number of unknown keys, which are stored unchanged; AWS adds some every year. A record that reaches it becomes a dead letter. */
export const MAX_EXTRAS: i32 = 1024;
/** CloudTrail stays below 30; Elasticsearch and OpenSearch refuse documents nested deeper than 1,000. */
const MAX_DEPTH: i32 = 500;
const MAX_ENTITY_BYTES: i32 = 2048;
const TARGETS: i32 = 3;

export const STARTS: i32 = 0x10000;
export const ENDS: i32 = STARTS + MAX_KEYS * 4;
export const FLAGS: i32 = ENDS + MAX_KEYS * 4;
/** 1 for each key whose value is searched for names; written by the TypeScript side. */
export const SEARCHED: i32 = FLAGS + MAX_KEYS;
export const TARGET_STARTS: i32 = SEARCHED + MAX_KEYS;
export const TARGET_ENDS: i32 = TARGET_STARTS + 4 * 4;
export const NAMED_STARTS: i32 = TARGET_ENDS + 4 * 4;
export const NAMED_ENDS: i32 = NAMED_STARTS + MAX_NAMED * 4;
export const ENTITY_STARTS: i32 = NAMED_ENDS + MAX_NAMED * 4;
export const ENTITY_ENDS: i32 = ENTITY_STARTS + MAX_ENTITIES * 4;
export const EXTRA_STARTS: i32 = ENTITY_ENDS + MAX_ENTITIES * 4;
export const EXTRA_ENDS: i32 = EXTRA_STARTS + MAX_EXTRAS * 4;
/** Four numbers: of entities, of named ones, of extras, and the flags of all extras together. */
export const COUNTS: i32 = EXTRA_ENDS + MAX_EXTRAS * 4;
/** One entry per open container: its closing byte. */
const STACK: i32 = COUNTS + 16; // 512 bytes
/** Tables of keys, as `keyTable` in record-memory.ts writes them. */
export const RECORD_KEYS: i32 = 0x18000;
export const NAMING_KEYS: i32 = 0x20000;

/** The list of parts for `join`, an address and a length of four bytes each. */
export const PARTS: i32 = 0x28000;
export const MAX_PARTS: i32 = 8192;
/** What stays for the life of the process: names of fields. */
export const CONSTANTS: i32 = 0x40000;
/** Pieces of documents that are kept for later records, and what they were made of. */
export const KEPT: i32 = 0x100000;
export const KEPT_BYTES: i32 = 0x700000;
/** The bytes that are scanned. */
export const WINDOW: i32 = KEPT + KEPT_BYTES;
export const WINDOW_BYTES: i32 = 0x500000;
/** Pieces of the current document alone. */
export const SCRATCH: i32 = WINDOW + WINDOW_BYTES + 0x10000;
export const SCRATCH_BYTES: i32 = 0x1800000;
/** Where the current document is joined. */
export const OUTPUT: i32 = SCRATCH + SCRATCH_BYTES + 0x10000;
export const OUTPUT_BYTES: i32 = 0x1800000;

/** Values that repeat, by their hash: the address of a copy, its length, and a number that no other value has had in this place. */
export const REPEATED: i32 = 0x50000;
export const REPEATED_SLOTS: i32 = 8192;
/** How far the kept bytes are filled. */
export const KEPT_AT: i32 = COUNTS + 16 + 512;

/** The slots of a table of keys. */
export const SLOTS: i32 = 1024;

/** The value must be rewritten before it is spliced: it holds blanks, empty values or an unpaired surrogate. */
export const BLANK: i32 = 1;
export const EMPTY: i32 = 2;
export const SURROGATE: i32 = 4;

/** The bytes end before the record does. */
export const INCOMPLETE: i32 = -1;
/** Not JSON. */
export const INVALID: i32 = -2;
export const TOO_DEEP: i32 = -3;

export const TARGET_NEW_USER: i32 = 1;
export const TARGET_GROUP: i32 = 2;

const QUOTE: i32 = 0x22;
const COMMA: i32 = 0x2c;
const MINUS: i32 = 0x2d;
const COLON: i32 = 0x3a;
const BACKSLASH: i32 = 0x5c;
const OPEN_OBJECT: i32 = 0x7b;
const CLOSE_OBJECT: i32 = 0x7d;
const OPEN_ARRAY: i32 = 0x5b;

/** The flags of what was read since they were last cleared. */
let found: i32 = 0;
/** Whether the last string holds an escape. */
let escaped: bool = false;
let entityCount: i32 = 0;
let namedCount: i32 = 0;
/** The number of the key whose value says which call's targets are named. */
let targetsKey: i32 = -1;

/** Says which key holds the parameters of the request. */
export function configure(requestParameters: i32): void {
  targetsKey = requestParameters;
}

function at8(address: i32): i32 {
  return load<u8>(address);
}

function isHex(byte: i32): bool {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** The address of the first quote, backslash or control character from `from` on, or some address from `limit` on. */
function plainEnd(from: i32, limit: i32): i32 {
  let at = from;
  while (at < limit) {
    const bytes = v128.load(at);
    const stops = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      i8x16.lt_u(bytes, i8x16.splat(0x20)),
    );
    const mask = i8x16.bitmask(stops);
    if (mask !== 0) return at + ctz(mask);
    at += 16;
  }
  return at;
}

/** From after the opening quote to the closing one. */
function stringEnd(from: i32, limit: i32): i32 {
  escaped = false;
  let at = from;
  while (true) {
    at = plainEnd(at, limit);
    if (at >= limit) return INCOMPLETE;
    const byte = at8(at);
    if (byte === QUOTE) return at;
    if (byte < 0x20) return INVALID;
    escaped = true;
    if (at + 1 >= limit) return INCOMPLETE;
    const kind = at8(at + 1);
    if (kind === 0x75) {
      for (let digit = at + 2; digit < at + 6; digit++) {
        if (digit >= limit) return INCOMPLETE;
        if (!isHex(at8(digit))) return INVALID;
      }
      // \ud800 to \udfff: unpaired surrogates are replaced when the value is rewritten.
      if ((at8(at + 2) | 0x20) === 0x64 && at8(at + 3) >= 0x38) found |= SURROGATE;
      at += 6;
    } else if (
      kind === QUOTE ||
      kind === BACKSLASH ||
      kind === 0x2f ||
      kind === 0x62 ||
      kind === 0x66 ||
      kind === 0x6e ||
      kind === 0x72 ||
      kind === 0x74
    ) {
      at += 2;
    } else {
      return INVALID;
    }
  }
}

function skipBlanks(from: i32, limit: i32): i32 {
  // CloudTrail writes no such characters.
  if (from >= limit || at8(from) > 0x20) return from;
  let at = from;
  while (at < limit) {
    const byte = at8(at);
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  if (at !== from) found |= BLANK;
  return at;
}

/** The address after `true`, `null` or (with `length` 5) `false`, whose first four letters are `word`. */
function literalEnd(from: i32, limit: i32, word: u32, length: i32): i32 {
  for (let index = 0; index < length; index++) {
    if (from + index >= limit) return INCOMPLETE;
    const letter = index < 4 ? <i32>((word >> (index * 8)) & 0xff) : 0x65;
    if (at8(from + index) !== letter) return INVALID;
  }
  return from + length;
}

function digitsEnd(from: i32, limit: i32): i32 {
  let at = from;
  while (at < limit && at8(at) >= 0x30 && at8(at) <= 0x39) at++;
  // A number never ends a record, so one that reaches the end may go on.
  if (at >= limit) return INCOMPLETE;
  return at === from ? INVALID : at;
}

function numberEnd(from: i32, limit: i32): i32 {
  let at = at8(from) === MINUS ? from + 1 : from;
  if (at < limit && at8(at) === 0x30) at++;
  else at = digitsEnd(at, limit);
  if (at < 0) return at;
  if (at >= limit) return INCOMPLETE;
  if (at8(at) === 0x2e) {
    at = digitsEnd(at + 1, limit);
    if (at < 0) return at;
  }
  if ((at8(at) | 0x20) === 0x65) {
    at++;
    if (at < limit && (at8(at) === 0x2b || at8(at) === MINUS)) at++;
    at = digitsEnd(at, limit);
  }
  return at;
}

function isArn(from: i32, length: i32): bool {
  return length > 10 && load<u32>(from) === 0x3a6e7261;
}

/** `i-0123456789abcdef0`, `vpce-svc-…`: a lowercase prefix, then 17 digits and letters, or 8 hexadecimal ones in ids from before 2016. */
function isId(from: i32, to: i32, length: i32): bool {
  const digits = length > 18 && at8(to - 18) === MINUS ? 17 : length > 9 && at8(to - 9) === MINUS ? 8 : 0;
  if (digits === 0 || length - digits > 30) return false;
  // Ids are hexadecimal; anonymised logs use the whole alphabet. Eight letters would be a word, so there only hexadecimal counts.
  const lastLetter = digits === 17 ? 0x7a : 0x66;
  let numeric = false;
  for (let at = to - digits; at < to; at++) {
    const byte = at8(at);
    if (byte >= 0x30 && byte <= 0x39) numeric = true;
    else if (byte < 0x61 || byte > lastLetter) return false;
  }
  if (!numeric) return false;
  for (let at = from; at < to - digits - 1; at++) {
    const byte = at8(at);
    if (!((byte >= 0x61 && byte <= 0x7a) || (byte === MINUS && at > from))) return false;
  }
  return true;
}

/** Keeps a string that is an ARN, an id of AWS's form, or the value of a naming key. `from` and `to` are its quotes. */
function keepEntity(from: i32, to: i32, naming: i32): void {
  if (entityCount === MAX_ENTITIES) return;
  const length = to - from - 1;
  if (length > MAX_ENTITY_BYTES || length === 0) return;
  if (naming < 0 && !isArn(from + 1, length) && !isId(from + 1, to, length)) return;
  store<i32>(ENTITY_STARTS + entityCount * 4, from);
  store<i32>(ENTITY_ENDS + entityCount * 4, to + 1);
  entityCount++;
}

/** The number of a key from the table at `table`; -1 for an unknown one. `from` and `to` are within its quotes. */
function keyNumber(table: i32, from: i32, to: i32): i32 {
  const length = to - from;
  if (length === 0) return -1;
  const slot = (length * 37 + at8(from) * 5 + at8(to - 1) * 11 + at8(from + (length >> 1)) * 17) & (SLOTS - 1);
  for (let number: i32 = load<u16>(table + slot * 2); number !== 0; ) {
    const entry = table + SLOTS * 2 + number * 8;
    if (load<u16>(entry + 2) === length && equals(load<i32>(entry + 4), from, length)) return number - 1;
    number = load<u16>(entry);
  }
  return -1;
}

/** Checks any value; returns the address after it, or INCOMPLETE, INVALID, TOO_DEEP. Iterative, so that no depth of nesting can overflow the call stack. */
function valueEnd(from: i32, limit: i32, search: bool, targets: bool): i32 {
  let at = from;
  let depth: i32 = 0;
  let naming: i32 = -1;
  while (true) {
    if (at >= limit) return INCOMPLETE;
    const byte = at8(at);
    let opened = false;
    if (byte === QUOTE) {
      const to = stringEnd(at + 1, limit);
      if (to < 0) return to;
      if (to === at + 1) {
        found |= EMPTY;
      } else if (search && !escaped) {
        keepEntity(at, to, naming);
        if (targets && naming >= 0 && depth === 1) {
          if (naming <= TARGET_GROUP) {
            store<i32>(TARGET_STARTS + naming * 4, at);
            store<i32>(TARGET_ENDS + naming * 4, to + 1);
          }
          if (naming !== TARGET_NEW_USER && namedCount < MAX_NAMED) {
            store<i32>(NAMED_STARTS + namedCount * 4, at);
            store<i32>(NAMED_ENDS + namedCount * 4, to + 1);
            namedCount++;
          }
        }
      }
      at = to + 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth === MAX_DEPTH) return TOO_DEEP;
      store<u8>(STACK + depth, byte + 2);
      depth++;
      at = skipBlanks(at + 1, limit);
      if (at >= limit) return INCOMPLETE;
      if (at8(at) === byte + 2) {
        found |= EMPTY;
        depth--;
        at++;
      } else {
        opened = true;
      }
    } else {
      if (byte === MINUS || (byte >= 0x30 && byte <= 0x39)) at = numberEnd(at, limit);
      else if (byte === 0x74) at = literalEnd(at, limit, 0x65757274, 4);
      else if (byte === 0x66) at = literalEnd(at, limit, 0x736c6166, 5);
      else if (byte === 0x6e) {
        at = literalEnd(at, limit, 0x6c6c756e, 4);
        found |= EMPTY;
      } else return INVALID;
      if (at < 0) return at;
    }
    // After a value: close what ends here, then come to the next value; after an opening, straight to the first.
    while (!opened) {
      if (depth === 0) return at;
      at = skipBlanks(at, limit);
      if (at >= limit) return INCOMPLETE;
      const next = at8(at);
      if (next === COMMA) {
        at = skipBlanks(at + 1, limit);
        if (at >= limit) return INCOMPLETE;
        opened = true;
      } else if (next === load<u8>(STACK + depth - 1)) {
        depth--;
        at++;
      } else {
        return INVALID;
      }
    }
    if (load<u8>(STACK + depth - 1) === CLOSE_OBJECT) {
      if (at8(at) !== QUOTE) return INVALID;
      const keyEnd = stringEnd(at + 1, limit);
      if (keyEnd < 0) return keyEnd;
      if (search) naming = keyNumber(NAMING_KEYS, at + 1, keyEnd);
      at = skipBlanks(keyEnd + 1, limit);
      if (at >= limit) return INCOMPLETE;
      if (at8(at) !== COLON) return INVALID;
      at = skipBlanks(at + 1, limit);
    }
  }
}

/** Checks any value; returns as `scan`. */
export function skip(from: i32, limit: i32): i32 {
  return valueEnd(from, limit, false, false);
}

/**
 * Scans the object that begins at `start`: the addresses of its keys' values, of the names in it, and of pairs under unknown keys. Returns the
 * address after it, or INCOMPLETE, INVALID, TOO_DEEP. It accepts exactly the grammar of JSON.parse, since most values are copied without
 * being parsed: an accepted record is valid JSON. The last of duplicate keys counts, as there.
 */
export function scan(start: i32, limit: i32): i32 {
  memory.fill(STARTS, 0xff, MAX_KEYS * 4);
  memory.fill(TARGET_STARTS, 0xff, TARGETS * 4);
  entityCount = 0;
  namedCount = 0;
  store<i32>(COUNTS + 8, 0);
  store<i32>(COUNTS + 12, 0);
  const end = objectEnd(start, limit);
  store<i32>(COUNTS, distinct(ENTITY_STARTS, ENTITY_ENDS, entityCount));
  store<i32>(COUNTS + 4, distinct(NAMED_STARTS, NAMED_ENDS, namedCount));
  return end;
}

function objectEnd(start: i32, limit: i32): i32 {
  let extraCount: i32 = 0;
  let extraFlags: i32 = 0;
  let at = skipBlanks(start + 1, limit);
  if (at < limit && at8(at) === CLOSE_OBJECT) return at + 1;
  while (true) {
    if (at >= limit) return INCOMPLETE;
    if (at8(at) !== QUOTE) return INVALID;
    found = 0;
    const keyEnd = stringEnd(at + 1, limit);
    if (keyEnd < 0) return keyEnd;
    const key = escaped ? escapedKey(at, keyEnd) : keyNumber(RECORD_KEYS, at + 1, keyEnd);
    const pairStart = at;
    at = skipBlanks(keyEnd + 1, limit);
    if (at >= limit) return INCOMPLETE;
    if (at8(at) !== COLON) return INVALID;
    at = skipBlanks(at + 1, limit);
    if (key >= 0) found = 0;
    const end = valueEnd(at, limit, key >= 0 && load<u8>(SEARCHED + key) === 1, key === targetsKey);
    if (end < 0) return end;
    if (key >= 0) {
      const isNull = at8(at) === 0x6e;
      store<i32>(STARTS + key * 4, isNull ? -1 : at);
      store<i32>(ENDS + key * 4, end);
      store<u8>(FLAGS + key, found);
    } else if (extraCount < MAX_EXTRAS) {
      store<i32>(EXTRA_STARTS + extraCount * 4, pairStart);
      store<i32>(EXTRA_ENDS + extraCount * 4, end);
      extraFlags |= found;
      extraCount++;
      store<i32>(COUNTS + 8, extraCount);
      store<i32>(COUNTS + 12, extraFlags);
    }
    at = skipBlanks(end, limit);
    if (at >= limit) return INCOMPLETE;
    const next = at8(at);
    if (next === CLOSE_OBJECT) return at + 1;
    if (next !== COMMA) return INVALID;
    at = skipBlanks(at + 1, limit);
  }
}

/** Whether two ranges of one length hold the same bytes. */
export function equals(one: i32, other: i32, length: i32): bool {
  let index: i32 = 0;
  for (; index + 8 <= length; index += 8) if (load<u64>(one + index) !== load<u64>(other + index)) return false;
  if (index === length) return true;
  const mask = ((<u64>1) << (<u64>(length - index) * 8)) - 1;
  return ((load<u64>(one + index) ^ load<u64>(other + index)) & mask) === 0;
}

/** Keeps the first of equal ranges; returns how many are left. */
function distinct(starts: i32, ends: i32, count: i32): i32 {
  let left: i32 = 0;
  for (let index: i32 = 0; index < count; index++) {
    const from = load<i32>(starts + index * 4);
    const to = load<i32>(ends + index * 4);
    let other: i32 = 0;
    while (other < left) {
      const at = load<i32>(starts + other * 4);
      if (load<i32>(ends + other * 4) - at === to - from && equals(at, from, to - from)) break;
      other++;
    }
    if (other < left) continue;
    store<i32>(starts + left * 4, from);
    store<i32>(ends + left * 4, to);
    left++;
  }
  return left;
}

/** A hash of all bytes of a range. */
function hash(from: i32, length: i32): i32 {
  let sum: u64 = <u64>length * 0x9e3779b97f4a7;
  let index: i32 = 0;
  for (; index + 8 <= length; index += 8) sum = (rotl(sum, 27) ^ load<u64>(from + index)) * 0x9e3779b97f4a7;
  if (index < length) {
    const mask = ((<u64>1) << (<u64>(length - index) * 8)) - 1;
    sum = (rotl(sum, 27) ^ (load<u64>(from + index) & mask)) * 0x9e3779b97f4a7;
  }
  return <i32>((sum ^ (sum >> 29)) >> 32);
}

let serial: i32 = 0;

/**
 * The place of a value among those that repeat, where REPEATED tells its copy and its number. Each hash has two places, so that a value that
 * comes often is not displaced by one other value.
 */
export function repeated(from: i32, to: i32): i32 {
  const length = to - from;
  const place = hash(from, length) & (REPEATED_SLOTS - 1);
  const first = REPEATED + place * 16;
  if (load<i32>(first + 4) === length && equals(load<i32>(first), from, length)) return place;
  const second = REPEATED + (place ^ 1) * 16;
  if (load<i32>(second + 4) === length && equals(load<i32>(second), from, length)) return place ^ 1;
  // The older of the two goes.
  const isFirst = load<i32>(first + 8) <= load<i32>(second + 8);
  const entry = isFirst ? first : second;
  const at = load<i32>(KEPT_AT);
  memory.copy(at, from, length);
  store<i32>(KEPT_AT, at + length);
  store<i32>(entry, at);
  store<i32>(entry + 4, length);
  store<i32>(entry + 8, ++serial);
  return isFirst ? place : place ^ 1;
}

/** Forgets the values that repeat, and all kept bytes. */
export function forget(): void {
  memory.fill(REPEATED, 0, REPEATED_SLOTS * 16);
  store<i32>(KEPT_AT, KEPT);
}

/**
 * Copies `count` parts, each an address and a length of four bytes in the list at `parts`, one behind the other to `to`; returns the address after
 * them. Sixteen bytes are copied at a time, so up to fifteen bytes after that address are overwritten.
 */
export function join(parts: i32, count: i32, to: i32): i32 {
  let at = to;
  const end = parts + count * 8;
  for (let part = parts; part < end; part += 8) {
    const from = load<i32>(part);
    const length = load<i32>(part + 4);
    for (let index: i32 = 0; index < length; index += 16) v128.store(at + index, v128.load(from + index));
    at += length;
  }
  return at;
}

/**
 * Writes the JSON value that begins at `from` to `to`, without nulls, empty texts, empty lists and empty objects at any depth, and without blanks;
 * nothing if nothing is left of it. Elastic's integration leaves the same out, and a document must be one line. Every number keeps its
 * digits. The value must be valid JSON. Returns the address after what it wrote.
 */
export function dense(from: i32, to: i32): i32 {
  written = to;
  denseValue(from);
  return written;
}

let written: i32 = 0;

function write(from: i32, to: i32): void {
  for (let at = from; at < to; at += 16) v128.store(written + at - from, v128.load(at));
  written += to - from;
}

function denseValue(from: i32): i32 {
  const at = afterBlanks(from);
  const byte = at8(at);
  if (byte === QUOTE) {
    const end = textEnd(at);
    if (end - at > 2) write(at, end);
    return end;
  }
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return denseContainer(at, byte);
  let end = at;
  while (true) {
    const next = at8(end);
    if (next === COMMA || next === CLOSE_OBJECT || next === 0x5d || next <= 0x20) break;
    end++;
  }
  if (byte !== 0x6e) write(at, end);
  return end;
}

function denseContainer(from: i32, opening: i32): i32 {
  const begin = written;
  store<u8>(written++, opening);
  let at = from + 1;
  while (true) {
    at = afterBlanks(at);
    const byte = at8(at);
    if (byte === opening + 2) break;
    if (byte === COMMA) {
      at++;
      continue;
    }
    const member = written;
    if (member > begin + 1) store<u8>(written++, COMMA);
    if (opening === OPEN_OBJECT) {
      const end = textEnd(at);
      write(at, end);
      store<u8>(written++, COLON);
      at = afterBlanks(end) + 1;
    }
    const value = written;
    at = denseValue(at);
    if (written === value) written = member;
  }
  if (written === begin + 1) written = begin;
  else store<u8>(written++, opening + 2);
  return at + 1;
}

function afterBlanks(from: i32): i32 {
  let at = from;
  while (at8(at) <= 0x20) at++;
  return at;
}

function textEnd(from: i32): i32 {
  let at = from + 1;
  while (at8(at) !== QUOTE) at += at8(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Writes `length` bytes from `from` to `to` with `"ARN":` as `"arn":` and `"accountId":` as `"account_id":`; returns the address after them. */
export function renameResources(from: i32, length: i32, to: i32): i32 {
  written = to;
  let copied = from;
  const end = from + length;
  for (let at = from; at < end; at++) {
    if (at8(at) !== QUOTE) continue;
    // `"ARN":` and `"accountId":`, by eight bytes each.
    const head = load<u64>(at);
    if ((head & 0xffffffffffff) === 0x3a224e524122) {
      write(copied, at);
      store<u64>(written, 0x3a226e726122);
      written += 6;
      at += 5;
      copied = at + 1;
    } else if (isAccountId(at)) {
      write(copied, at);
      store<u32>(written, 0x63636122);
      store<u32>(written + 4, 0x746e756f);
      store<u64>(written + 8, 0x3a2264695f);
      written += 13;
      at += 11;
      copied = at + 1;
    }
  }
  write(copied, end);
  return written;
}

function isAccountId(at: i32): bool {
  return load<u32>(at) === 0x63636122 && load<u32>(at + 4) === 0x746e756f && load<u32>(at + 8) === 0x3a226449;
}
