import { constant, memory, numbersAt, type Part, slotFlags } from '../record-memory.ts';

/**
 * The fields of the line that is read, and what is derived from them. A slot has a number; its bytes lie anywhere in the memory of records.
 */

const MAX_SLOTS = constant('MAX_SLOTS');
/** Slots of a line's own fields have lower numbers. */
export const MAX_TOKENS = constant('MAX_TOKENS');
export const DERIVED_SLOTS = MAX_SLOTS - MAX_TOKENS;

const starts = numbersAt(constant('SLOT_STARTS'), MAX_SLOTS);
const ends = numbersAt(constant('SLOT_ENDS'), MAX_SLOTS);
const flags = numbersAt(constant('SLOT_FLAGS'), MAX_SLOTS);

const ABSENT = constant('ABSENT');
const IPV4 = constant('IPV4');

/** Where the bytes of a slot begin. */
export const startOf = (slot: number): number => starts[slot] as number;
/** Where they end. */
export const endOf = (slot: number): number => ends[slot] as number;
/** Whether the line has the field (-1 is that of no field), and it is neither empty nor `-`. */
export const isPresent = (slot: number): boolean => slot >= 0 && ((flags[slot] as number) & ABSENT) === 0;
/** Whether it is an IPv4 address. */
export const isIpv4 = (slot: number): boolean => ((flags[slot] as number) & IPV4) !== 0;
/** The field as a text; what is no UTF-8 becomes U+FFFD. */
export const textOf = (slot: number): string => memory.toString('utf8', startOf(slot), endOf(slot));

export function setAbsent(slot: number): void {
  flags[slot] = ABSENT;
}

/** Gives a slot some bytes of the line, which may be `-` or empty. */
export function setRange(slot: number, from: number, to: number): void {
  starts[slot] = from;
  ends[slot] = to;
  flags[slot] = slotFlags(from, to);
}

/** Gives a slot the bytes of another one. */
export function setSame(slot: number, other: number): void {
  starts[slot] = starts[other] as number;
  ends[slot] = ends[other] as number;
  flags[slot] = flags[other] as number;
}

/** Gives a slot a piece of JSON, or of a text that needs no escapes; an empty one is absent. */
export function setPart(slot: number, { at, length }: Part): void {
  starts[slot] = at;
  ends[slot] = at + length;
  flags[slot] = length === 0 ? ABSENT : 0;
}

/** An empty slot that is there, for leaves whose value is a constant. */
export function setPresent(slot: number): void {
  ends[slot] = starts[slot] as number;
  flags[slot] = 0;
}

let fields = 0;

/** How many fields the line has; those beyond the known ones are in slots too. */
export const fieldCount = (): number => fields;
export function setFieldCount(count: number): void {
  fields = count;
}
