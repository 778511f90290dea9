const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

/** An ISO 8601 instant in UTC with milliseconds, as `2026-11-21T09:30:00.000Z`; undefined for anything else. */
export function instant(text: string): string | undefined {
  if (!ISO.test(text)) return undefined;
  const date = new Date(text.replace(',', '.'));
  if (Number.isNaN(date.getTime())) return undefined;
  // JavaScript turns 31 February into March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10);
  if (day !== text.slice(0, 10)) return undefined;
  const iso = date.toISOString();
  return iso.length === 24 ? iso : undefined;
}

/** The length of CloudTrail's own form, `2026-11-21T09:30:00Z`. */
export const INSTANT_BYTES = 20;

/**
 * The day, as the number 20261121, of an instant in CloudTrail's own form that begins at `from`; -1 for any other form, and for days that not every
 * month has.
 */
export function instantDay(bytes: Buffer, from: number): number {
  const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  const isInstant =
    year >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    isBelow(twoDigits(bytes, from + 11), 24) &&
    isBelow(twoDigits(bytes, from + 14), 60) &&
    isBelow(twoDigits(bytes, from + 17), 60) &&
    bytes[from + 4] === HYPHEN &&
    bytes[from + 7] === HYPHEN &&
    bytes[from + 10] === UPPER_T &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON &&
    bytes[from + 19] === UPPER_Z;
  return isInstant ? year * 10_000 + month * 100 + day : -1;
}

const HYPHEN = 0x2d;
const COLON = 0x3a;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;

const isBelow = (value: number, limit: number): boolean => value >= 0 && value < limit;

/** A number far below zero where one of the two bytes is no digit. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_NUMBER;
}
const NO_NUMBER = -1_000_000;
