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
/** One for each byte: what a field that contains it may be. */
const CLASSES: i32 = BINDING + MAX_LEAVES * 4;
/** What is the same for all documents of an object. */
export const OBJECT: i32 = 0x3d44000;
export const OBJECT_BYTES: i32 = 0xc000;
/** The plans, one of each dataset; they stay for the life of the process. */
export const PLANS: i32 = 0x3d50000;
export const PLANS_BYTES: i32 = 0x200000;
/** The lines that are read. */
export const LINES: i32 = 0x4000000;
export const LINES_BYTES: i32 = 0x300000;

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

/** How a leaf is written: the bytes are JSON already; as a text; as a number; as an IP address; the first 23 bytes of an instant. */
export const FORM_JSON: i32 = 0;
export const FORM_TEXT: i32 = 1;
export const FORM_NUMBER: i32 = 2;
export const FORM_IP: i32 = 3;
export const FORM_INSTANT: i32 = 4;

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

const DIGIT: i32 = 1;
const DOT: i32 = 2;
const MINUS_SIGN: i32 = 4;
const SPECIAL: i32 = 8;
const OTHER: i32 = 16;

const QUOTE: i32 = 0x22;
const HYPHEN: i32 = 0x2d;
const BACKSLASH: i32 = 0x5c;

function at8(address: i32): i32 {
  return load<u8>(address);
}

/** Fills the table of bytes. Called once. */
export function prepareLines(): void {
  for (let byte: i32 = 0; byte < 256; byte++) {
    let kind = OTHER;
    if (byte >= 0x30 && byte <= 0x39) kind = DIGIT;
    else if (byte === 0x2e) kind = DOT;
    else if (byte === HYPHEN) kind = MINUS_SIGN;
    else if (byte < 0x20 || byte >= 0x80 || byte === QUOTE || byte === BACKSLASH) kind = SPECIAL;
    store<u8>(CLASSES + byte, kind);
  }
}

/** The address of the first line break from `from` on, or `limit`. */
export function lineEnd(from: i32, limit: i32): i32 {
  for (let at = from; at < limit; at += 16) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x0a)));
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
  while (true) {
    const first = at < end ? at8(at) : -1;
    let start = at;
    let stop: i32;
    let flags: i32;
    const closing =
      first === QUOTE && (grouping & QUOTES) !== 0 ? QUOTE : first === 0x5b && (grouping & BRACKETS) !== 0 ? 0x5d : 0;
    if (closing !== 0) {
      start = at + 1;
      stop = closingEnd(start, end, separator, closing);
      if (stop < 0) return -1 - count;
      at = stop + 1;
      flags = slotFlags(start, stop);
    } else {
      let classes: i32 = 0;
      for (; at < end && at8(at) !== separator; at++) classes |= at8(CLASSES + at8(at));
      stop = at;
      flags = flagsOf(classes, start, stop);
    }
    if (count < MAX_TOKENS) {
      const slot = count << 2;
      store<i32>(SLOT_STARTS + slot, start);
      store<i32>(SLOT_ENDS + slot, stop);
      store<i32>(SLOT_FLAGS + slot, flags);
    }
    count++;
    if (at >= end) return count;
    at++;
  }
}

/** The closing quote or bracket: the first one that a separator or the end follows, and that no backslash escapes; -1 without one. */
function closingEnd(from: i32, end: i32, separator: i32, closing: i32): i32 {
  let escaped: i32 = -1;
  for (let at = from; at < end; at++) {
    if (at8(at) !== closing || (at + 1 < end && at8(at + 1) !== separator)) continue;
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
  let classes: i32 = 0;
  for (let at = start; at < stop; at++) classes |= at8(CLASSES + at8(at));
  return flagsOf(classes, start, stop);
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
    if (form === FORM_IP && (flags & IPV4) === 0 && !isAddress(from, to)) return -1 - number;
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
    copy(from, min(from + 23, to));
    store<u8>(written++, 0x5a);
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
