/**
 * The loops over the lines of service logs, in AssemblyScript: they find the fields of a line, and write its document by a plan that says which field
 * goes where. They share the memory of record-bytes.ts. A field is a *slot*: where its bytes begin and end, and what they are.
 */

import { OUTPUT, OUTPUT_BYTES } from './record-bytes';

/** Whether the bytes are an IPv6 address. */
declare function isAddress(from: i32, to: i32): bool;

/** The largest number of fields of a line. AWS's longest formats have about 60. */
export const MAX_TOKENS: i32 = 384;
/** Fields, and behind them what is made of fields. */
export const MAX_SLOTS: i32 = 512;

export const SLOT_STARTS: i32 = 0x3d40000;
export const SLOT_ENDS: i32 = SLOT_STARTS + MAX_SLOTS * 4;
export const SLOT_FLAGS: i32 = SLOT_ENDS + MAX_SLOTS * 4;
/** The slot of each leaf of the plan, for the line's own order of fields; -1 where it has no such field. */
export const BINDING: i32 = SLOT_FLAGS + MAX_SLOTS * 4;
export const MAX_LEAVES: i32 = 256;
/** Which of the first 32 fields are in quotes or brackets, or have a quote somewhere else, a bit each. */
export const QUOTED: i32 = BINDING + MAX_LEAVES * 4;
/** What is the same for all documents of an object. */
export const OBJECT: i32 = 0x3d44000;
export const OBJECT_BYTES: i32 = 0xc000;
/** The plans, one of each dataset; they stay for the life of the process. */
export const PLANS: i32 = 0x3d50000;
export const PLANS_BYTES: i32 = 0x200000;
/** The lines that are read. */
export const LINES: i32 = 0x4000000;
export const LINES_BYTES: i32 = 0x300000;
/** What is decoded of the current line; no more than the line has. */
const DECODED: i32 = LINES + LINES_BYTES + 0x10000;

/** The field is `-` or empty. */
export const ABSENT: i32 = 1;
/** Some bytes can't stand in a JSON text as they are. */
export const ESCAPED: i32 = 2;
/** A number as JSON writes it. */
export const NUMBER: i32 = 4;
/** An IPv4 address. */
export const IPV4: i32 = 8;

/** Fields may be in quotes, or in square brackets. */
export const QUOTES: i32 = 1;
export const BRACKETS: i32 = 2;

/**
 * How a leaf is written: the bytes are JSON already; as a text; as a number; as an IP address; the first 23 bytes of an instant; an IP address, and other
 * bytes not at all.
 */
export const FORM_JSON: i32 = 0;
export const FORM_TEXT: i32 = 1;
export const FORM_NUMBER: i32 = 2;
export const FORM_IP: i32 = 3;
export const FORM_INSTANT: i32 = 4;
export const FORM_VALID_IP: i32 = 5;

/** Numbers of a leaf, of four bytes each. */
const LEAF_FORM: i32 = 0;
/** How many containers it has in common with the leaf before it in the plan. */
const LEAF_COMMON: i32 = 4;
/** How many containers it lies in. */
const LEAF_DEPTH: i32 = 8;
/** What closes its containers, from the inside. */
const LEAF_CLOSERS: i32 = 12;
/** Where what opens it ends; from which byte on is said for each container that is open already. */
const LEAF_OPEN_END: i32 = 16;
/** The slot that must not hold the same bytes; -1 for none. */
const LEAF_UNLIKE: i32 = 20;
const LEAF_OPENS: i32 = 24;
export const MAX_DEPTH: i32 = 10;
export const LEAF_BYTES: i32 = LEAF_OPENS + MAX_DEPTH * 4;

/** The document has more bytes than its memory. */
export const TOO_LARGE: i32 = -1_000_000;

/** What a field that contains some bytes may be. */
const MINUS_SIGN: i32 = 1;
const SPECIAL: i32 = 2;
const OTHER: i32 = 4;
const QUOTATION: i32 = 8;

const BLANK: i32 = 0x20;
const QUOTE: i32 = 0x22;
const HASH: i32 = 0x23;
const PERCENT: i32 = 0x25;
const PLUS: i32 = 0x2b;
const HYPHEN: i32 = 0x2d;
const PERIOD: i32 = 0x2e;
const SLASH: i32 = 0x2f;
const COLON: i32 = 0x3a;
const QUESTION: i32 = 0x3f;
const AT: i32 = 0x40;
const T: i32 = 0x54;
const Z: i32 = 0x5a;
const OPEN_BRACKET: i32 = 0x5b;
const BACKSLASH: i32 = 0x5c;
const CLOSE_BRACKET: i32 = 0x5d;

function at8(address: i32): i32 {
  return load<u8>(address);
}

/** The address of the first such byte from `from` on, or `limit`. */
function byteEnd(from: i32, limit: i32, byte: i32): i32 {
  for (let at = from; at < limit; at += 16) {
    const mask = i8x16.bitmask(equal(v128.load(at), byte));
    if (mask !== 0) return min(at + ctz(mask), limit);
  }
  return limit;
}

/**
 * Finds the fields of the line from `from` to `end`: slots from 0 on. Returns how many there are, which may be more than are kept; or, as a negative
 * number, -1 less the number of the field whose quotes or brackets are not closed.
 */
export function tokens(from: i32, end: i32, separator: i32, grouping: i32): i32 {
  let at = from;
  let count: i32 = 0;
  let quoted: i32 = 0;
  decoded = DECODED;
  while (true) {
    const first = at < end ? at8(at) : -1;
    let start = at;
    let stop: i32;
    let flags: i32;
    const closing =
      first === QUOTE && (grouping & QUOTES) !== 0
        ? QUOTE
        : first === OPEN_BRACKET && (grouping & BRACKETS) !== 0
          ? CLOSE_BRACKET
          : 0;
    if (closing !== 0) {
      if (count < 32) quoted |= 1 << count;
      start = at + 1;
      stop = closingEnd(start, end, separator, closing);
      if (stop < 0) return -1 - count;
      at = stop + 1;
      flags = slotFlags(start, stop);
    } else {
      at = byteEnd(at, end, separator);
      const classes = classesOf(start, at);
      stop = at;
      flags = flagsOf(classes, start, stop);
      if (count < 32 && (classes & QUOTATION) !== 0) quoted |= 1 << count;
    }
    if (count < MAX_TOKENS) {
      const slot = count << 2;
      store<i32>(SLOT_STARTS + slot, start);
      store<i32>(SLOT_ENDS + slot, stop);
      store<i32>(SLOT_FLAGS + slot, flags);
    }
    count++;
    if (at >= end) {
      store<i32>(QUOTED, quoted);
      return count;
    }
    at++;
  }
}

/** The closing quote or bracket: the first one that a separator or the end follows, and that no backslash escapes; -1 without one. */
function closingEnd(from: i32, end: i32, separator: i32, closing: i32): i32 {
  let escaped: i32 = -1;
  for (let at = byteEnd(from, end, closing); at < end; at = byteEnd(at + 1, end, closing)) {
    if (at + 1 < end && at8(at + 1) !== separator) continue;
    if (!isEscaped(from, at)) return at;
    escaped = at;
  }
  // A backslash at the end of a field that nothing else closes was a backslash.
  return escaped;
}

function isEscaped(from: i32, at: i32): bool {
  let backslashes: i32 = 0;
  while (at - 1 - backslashes >= from && at8(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return (backslashes & 1) === 1;
}

/** What some bytes are, as a field of a line. */
export function slotFlags(start: i32, stop: i32): i32 {
  return flagsOf(classesOf(start, stop), start, stop);
}

/** The classes of some bytes, sixteen at a time. Digits and dots have none: of what has no other class `flagsOf` looks at each byte. */
function classesOf(from: i32, to: i32): i32 {
  let special: i32 = 0;
  let quotes: i32 = 0;
  let signs: i32 = 0;
  let others: i32 = 0;
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const inside = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff;
    const quote = equal(bytes, QUOTE);
    // As signed numbers, bytes from 0x80 on are below the control characters.
    const escaped = v128.or(v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), quote), equal(bytes, BACKSLASH));
    const sign = equal(bytes, HYPHEN);
    const digit = i8x16.le_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(9));
    const known = v128.or(v128.or(escaped, sign), v128.or(digit, equal(bytes, PERIOD)));
    special |= i8x16.bitmask(escaped) & inside;
    quotes |= i8x16.bitmask(quote) & inside;
    signs |= i8x16.bitmask(sign) & inside;
    others |= ~i8x16.bitmask(known) & inside;
  }
  return (
    (special !== 0 ? SPECIAL : 0) | (quotes !== 0 ? QUOTATION : 0) | (signs !== 0 ? MINUS_SIGN : 0) | (others !== 0 ? OTHER : 0)
  );
}

function equal(bytes: v128, byte: i32): v128 {
  return i8x16.eq(bytes, i8x16.splat(<i8>byte));
}

function flagsOf(classes: i32, start: i32, stop: i32): i32 {
  const length = stop - start;
  if (length === 0 || (length === 1 && classes === MINUS_SIGN)) return ABSENT;
  if ((classes & SPECIAL) !== 0) return ESCAPED;
  if ((classes & OTHER) !== 0) return 0;
  if (isNumber(start, stop)) return NUMBER;
  return (classes & MINUS_SIGN) === 0 && isIpv4(start, stop) ? IPV4 : 0;
}

function isNumber(start: i32, stop: i32): bool {
  let at = at8(start) === HYPHEN ? start + 1 : start;
  const first = at;
  while (at < stop && isDigit(at)) at++;
  if (at === first || (at8(first) === 0x30 && at > first + 1)) return false;
  if (at === stop) return true;
  if (at8(at) !== 0x2e) return false;
  const fraction = ++at;
  while (at < stop && isDigit(at)) at++;
  return at === stop && at > fraction;
}

function isIpv4(start: i32, stop: i32): bool {
  let at = start;
  for (let part: i32 = 0; part < 4; part++) {
    const first = at;
    let value: i32 = 0;
    while (at < stop && isDigit(at) && at < first + 4) value = value * 10 + at8(at++) - 0x30;
    const length = at - first;
    if (length === 0 || length > 3 || value > 255 || (length > 1 && at8(first) === 0x30)) return false;
    if (part < 3 && (at >= stop || at8(at++) !== 0x2e)) return false;
  }
  return at === stop;
}

function isDigit(at: i32): bool {
  return <u32>(at8(at) - 0x30) <= 9;
}

function setSlot(slot: i32, from: i32, to: i32, flags: i32): void {
  store<i32>(SLOT_STARTS + (slot << 2), from);
  store<i32>(SLOT_ENDS + (slot << 2), to);
  const isAbsent = from >= to || (to - from === 1 && at8(from) === HYPHEN);
  store<i32>(SLOT_FLAGS + (slot << 2), isAbsent ? ABSENT : flags);
}

/** The number of two digits; -1 where there are none. */
function two(at: i32): i32 {
  return isDigit(at) && isDigit(at + 1) ? (at8(at) - 0x30) * 10 + at8(at + 1) - 0x30 : -1;
}

function isWithin(value: i32, low: i32, high: i32): bool {
  return value >= low && value <= high;
}

/** Whether the bytes are a time such as `2018-07-02T22:23:00.186641Z`; its fraction and its `Z` may be missing. */
export function isInstant(from: i32, to: i32): bool {
  if (to - from < 19 || two(from) < 0 || two(from + 2) < 0) return false;
  if (at8(from + 4) !== HYPHEN || at8(from + 7) !== HYPHEN || at8(from + 10) !== T) return false;
  if (at8(from + 13) !== COLON || at8(from + 16) !== COLON) return false;
  if (!isWithin(two(from + 5), 1, 12) || !isWithin(two(from + 8), 1, 31)) return false;
  if (!isWithin(two(from + 11), 0, 23) || !isWithin(two(from + 14), 0, 59) || !isWithin(two(from + 17), 0, 60)) return false;
  let at = from + 19;
  if (at < to && at8(at) === PERIOD) {
    const first = ++at;
    while (at < to && isDigit(at)) at++;
    if (at === first) return false;
  }
  if (at < to && at8(at) === Z) at++;
  return at === to;
}

/**
 * Splits `address:port`, where an IPv6 address may be in brackets: the address to `slot`, the port to the slot after it. What does not end with a port is
 * an address as a whole.
 */
export function splitAddress(from: i32, to: i32, slot: i32): void {
  let colon = to;
  while (colon > from && isDigit(colon - 1)) colon--;
  const hasPort = colon < to && colon - 1 > from && at8(colon - 1) === COLON;
  let start = from;
  let stop = hasPort ? colon - 1 : to;
  if (hasPort) setSlot(slot + 1, colon, to, slotFlags(colon, to));
  if (stop - start > 2 && at8(start) === OPEN_BRACKET && at8(stop - 1) === CLOSE_BRACKET) {
    start++;
    stop--;
  }
  setSlot(slot, start, stop, slotFlags(start, stop));
}

/** The slots that `splitRequest` fills, as they follow each other. */
const METHOD: i32 = 0;
const URL: i32 = 1;
const SCHEME: i32 = 2;
const DOMAIN: i32 = 3;
const PORT: i32 = 4;
const PATH: i32 = 5;
const QUERY: i32 = 6;
const FRAGMENT: i32 = 7;
const EXTENSION: i32 = 8;
const VERSION: i32 = 9;

/** Splits the request in a slot, such as `GET http://host:80/path?query HTTP/1.1`, to the slots from `slot` on. What it lacks is left as it is. */
export function splitRequest(request: i32, slot: i32): void {
  const from = load<i32>(SLOT_STARTS + (request << 2));
  let to = load<i32>(SLOT_ENDS + (request << 2));
  const flags = load<i32>(SLOT_FLAGS + (request << 2)) & ESCAPED;
  let start = from;
  while (start < to && isMethod(at8(start))) start++;
  if (start < to && start > from && at8(start) === BLANK) {
    setSlot(slot + METHOD, from, start, flags);
    start++;
  } else {
    start = from;
  }
  while (to > start && at8(to - 1) === BLANK) to--;
  let last = to;
  while (last > start && at8(last - 1) !== BLANK) last--;
  if (isVersion(last, to)) {
    setSlot(slot + VERSION, last + 5, to, flags);
    to = last;
  } else if (last > start && to - last === 1 && at8(last) === HYPHEN) {
    to = last;
  }
  while (to > start && at8(to - 1) === BLANK) to--;
  setSlot(slot + URL, start, to, flags);
  if (to - start > 1 || (to > start && at8(start) !== HYPHEN)) splitUrl(start, to, flags, slot);
}

/** Letters, digits, `-` and `_`. */
function isMethod(byte: i32): bool {
  return isWithin(byte | 0x20, 0x61, 0x7a) || isWithin(byte, 0x30, 0x39) || byte === HYPHEN || byte === 0x5f;
}

/** Whether the bytes are `HTTP/` and something behind it. */
function isVersion(from: i32, to: i32): bool {
  return to - from > 5 && (load<i32>(from) & ~0x20202020) === 0x50545448 && at8(from + 4) === SLASH;
}

function splitUrl(from: i32, to: i32, flags: i32, slot: i32): void {
  let at = from;
  let colon = from;
  while (colon < to && isMethod(at8(colon))) colon++;
  if (colon > from && colon + 2 < to && at8(colon) === COLON && at8(colon + 1) === SLASH && at8(colon + 2) === SLASH) {
    setSlot(slot + SCHEME, from, colon, flags);
    at = colon + 3;
    let end = at;
    while (end < to && !isAfterAuthority(at8(end))) end++;
    splitAuthority(at, end, flags, slot);
    at = end;
  }
  const path = at;
  let isEncoded = false;
  while (at < to && at8(at) !== QUESTION && at8(at) !== HASH) if (at8(at++) === PERCENT) isEncoded = true;
  const pathEnd = at;
  if (at < to && at8(at) === QUESTION) while (at < to && at8(at) !== HASH) if (at8(at++) === PERCENT) isEncoded = true;
  const queryEnd = at;
  isEncoded = isEncoded && isUri(path, pathEnd, to);
  put(slot + PATH, path, pathEnd, flags, isEncoded);
  if (queryEnd > pathEnd) put(slot + QUERY, pathEnd + 1, queryEnd, flags, isEncoded);
  if (queryEnd < to) setSlot(slot + FRAGMENT, queryEnd + 1, to, flags);
  findExtension(slot + PATH, slot + EXTENSION);
}

function isAfterAuthority(byte: i32): bool {
  return byte === SLASH || byte === QUESTION || byte === HASH;
}

/** The host, and the digits of the port: AWS writes `host:80-` where it could not read the path. A host in brackets keeps them, as ECS says. */
function splitAuthority(from: i32, to: i32, flags: i32, slot: i32): void {
  let start = from;
  for (let at = from; at < to; at++) if (at8(at) === AT) start = at + 1;
  let end = start;
  if (end < to && at8(end) === OPEN_BRACKET) while (end < to && at8(end) !== CLOSE_BRACKET) end++;
  while (end < to && at8(end) !== COLON) end++;
  setSlot(slot + DOMAIN, start, end, flags);
  const port = end + 1;
  let stop = port;
  while (stop < to && isDigit(stop)) stop++;
  if (stop > port && isNumber(port, stop)) setSlot(slot + PORT, port, stop, NUMBER);
}

/** The last part of a path from its last dot on. Slashes at the end are passed over. */
function findExtension(path: i32, slot: i32): void {
  if ((load<i32>(SLOT_FLAGS + (path << 2)) & ABSENT) !== 0) return;
  const from = load<i32>(SLOT_STARTS + (path << 2));
  let to = load<i32>(SLOT_ENDS + (path << 2));
  while (to > from && at8(to - 1) === SLASH) to--;
  for (let at = to; at > from && at8(at - 1) !== SLASH; at--) {
    if (at8(at - 1) !== PERIOD) continue;
    setSlot(slot, at, to, load<i32>(SLOT_FLAGS + (path << 2)) & ESCAPED);
    return;
  }
}

/**
 * Whether path and query are of bytes that may stand in a URI, and each `%` begins an escape. Others are not decoded, as Elastic's integration does: it
 * is unknown how the sender encoded them.
 */
function isUri(path: i32, pathEnd: i32, to: i32): bool {
  for (let at = path; at < to; at++) {
    const byte = at8(at);
    if (byte <= BLANK || byte === 0x7f || byte === QUOTE || byte === 0x3c || byte === 0x3e || byte === BACKSLASH) return false;
    if (byte === 0x5e || byte === 0x60 || (byte >= 0x7b && byte <= 0x7d)) return false;
    if ((byte === OPEN_BRACKET || byte === CLOSE_BRACKET) && at < pathEnd) return false;
    if (byte === PERCENT && (at + 2 >= to || hex(at + 1) < 0 || hex(at + 2) < 0)) return false;
  }
  return true;
}

let decoded: i32 = 0;

function put(slot: i32, from: i32, to: i32, flags: i32, isEncoded: bool): void {
  if (isEncoded) decode(from, to, slot, false);
  else setSlot(slot, from, to, flags);
}

/** Gives a slot the bytes with their `%XX` decoded, and with `plus` a blank for each `+`. */
export function decode(from: i32, to: i32, slot: i32, plus: bool): void {
  const start = decoded;
  for (let at = from; at < to; at++) {
    const byte = at8(at);
    if (byte === PERCENT && at + 2 < to && hex(at + 1) >= 0 && hex(at + 2) >= 0) {
      store<u8>(decoded++, (hex(at + 1) << 4) + hex(at + 2));
      at += 2;
    } else {
      store<u8>(decoded++, plus && byte === PLUS ? BLANK : byte);
    }
  }
  setSlot(slot, start, decoded, slotFlags(start, decoded));
}

/** The value of a hexadecimal digit; -1 for another byte. */
function hex(at: i32): i32 {
  const byte = at8(at);
  if (isDigit(at)) return byte - 0x30;
  return isWithin(byte | 0x20, 0x61, 0x66) ? (byte | 0x20) - 0x57 : -1;
}

let written: i32 = 0;

function copy(from: i32, to: i32): void {
  for (let at = from; at < to; at += 16) v128.store(written + at - from, v128.load(at));
  written += to - from;
}

/**
 * Writes the document of a line to OUTPUT: each leaf of the plan whose slot is there. Returns the address after it; or TOO_LARGE; or, as a negative
 * number, -1 less the number of the leaf whose field is not of its form.
 */
export function emit(plan: i32, count: i32): i32 {
  written = OUTPUT;
  store<u8>(written++, 0x7b);
  let closers: i32 = 0;
  let depth: i32 = 0;
  let common: i32 = 0;
  let first = true;
  for (let number: i32 = 0; number < count; number++) {
    const leaf = plan + number * LEAF_BYTES;
    common = min(common, load<i32>(leaf + LEAF_COMMON));
    const slot = load<i32>(BINDING + (number << 2));
    if (slot < 0) continue;
    const flags = load<i32>(SLOT_FLAGS + (slot << 2));
    if ((flags & ABSENT) !== 0) continue;
    const from = load<i32>(SLOT_STARTS + (slot << 2));
    const to = load<i32>(SLOT_ENDS + (slot << 2));
    const form = load<i32>(leaf + LEAF_FORM);
    if (form === FORM_NUMBER && (flags & NUMBER) === 0) return -1 - number;
    if ((form === FORM_IP || form === FORM_VALID_IP) && (flags & IPV4) === 0 && !isAddress(from, to)) {
      if (form === FORM_IP) return -1 - number;
      continue;
    }
    const unlike = load<i32>(leaf + LEAF_UNLIKE);
    if (unlike >= 0 && isSame(unlike, from, to)) continue;
    if (written - OUTPUT + (to - from) * 6 + 0x1000 > OUTPUT_BYTES) return TOO_LARGE;
    if (!first) {
      copy(closers, closers + depth - common);
      store<u8>(written++, 0x2c);
    }
    first = false;
    copy(load<i32>(leaf + LEAF_OPENS + (common << 2)), load<i32>(leaf + LEAF_OPEN_END));
    writeValue(form, flags, from, to);
    closers = load<i32>(leaf + LEAF_CLOSERS);
    depth = load<i32>(leaf + LEAF_DEPTH);
    common = depth;
  }
  copy(closers, closers + depth);
  store<u8>(written++, 0x7d);
  return written;
}

/** Whether the leaf of this number was written with the same bytes. */
function isSame(leaf: i32, from: i32, to: i32): bool {
  const slot = load<i32>(BINDING + (leaf << 2));
  if (slot < 0 || (load<i32>(SLOT_FLAGS + (slot << 2)) & ABSENT) !== 0) return false;
  const other = load<i32>(SLOT_STARTS + (slot << 2));
  if (load<i32>(SLOT_ENDS + (slot << 2)) - other !== to - from) return false;
  for (let at: i32 = 0; at < to - from; at++) if (at8(other + at) !== at8(from + at)) return false;
  return true;
}

function writeValue(form: i32, flags: i32, from: i32, to: i32): void {
  if (form === FORM_JSON || form === FORM_NUMBER) {
    copy(from, to);
    return;
  }
  store<u8>(written++, QUOTE);
  if (form === FORM_INSTANT) {
    const end = min(from + 23, to);
    copy(from, at8(end - 1) === Z ? end - 1 : end);
    store<u8>(written++, Z);
  } else if ((flags & ESCAPED) !== 0) {
    writeEscaped(from, to);
  } else {
    copy(from, to);
  }
  store<u8>(written++, QUOTE);
}

/** Writes bytes as the content of a JSON text. Those that are no UTF-8 become U+FFFD, each as TextDecoder replaces them. */
function writeEscaped(from: i32, to: i32): void {
  let at = from;
  while (at < to) {
    const byte = at8(at);
    if (byte >= 0x80) {
      at = writeSequence(at, to, byte);
    } else if (byte === QUOTE || byte === BACKSLASH) {
      store<u8>(written++, BACKSLASH);
      store<u8>(written++, byte);
      at++;
    } else if (byte < 0x20) {
      // \u00XX
      store<u32>(written, 0x3030755c);
      store<u8>(written + 4, 0x30 + (byte >> 4));
      const low = byte & 15;
      store<u8>(written + 5, low < 10 ? 0x30 + low : 0x57 + low);
      written += 6;
      at++;
    } else {
      store<u8>(written++, byte);
      at++;
    }
  }
}

/** Copies the UTF-8 sequence that begins at `at`; returns the address after it. Of a broken one the longest valid beginning is replaced as a whole. */
function writeSequence(at: i32, to: i32, byte: i32): i32 {
  let more: i32 = 0;
  let low: i32 = 0x80;
  let high: i32 = 0xbf;
  if (byte >= 0xc2 && byte <= 0xdf) more = 1;
  else if (byte >= 0xe0 && byte <= 0xef) {
    more = 2;
    if (byte === 0xe0) low = 0xa0;
    if (byte === 0xed) high = 0x9f;
  } else if (byte >= 0xf0 && byte <= 0xf4) {
    more = 3;
    if (byte === 0xf0) low = 0x90;
    if (byte === 0xf4) high = 0x8f;
  }
  let end = at + 1;
  let left = more;
  while (left > 0 && end < to && at8(end) >= low && at8(end) <= high) {
    low = 0x80;
    high = 0xbf;
    end++;
    left--;
  }
  if (more > 0 && left === 0) {
    copy(at, end);
  } else {
    store<u8>(written, 0xef);
    store<u8>(written + 1, 0xbf);
    store<u8>(written + 2, 0xbd);
    written += 3;
  }
  return end;
}
