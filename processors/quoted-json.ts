import type { Json, JsonObject } from '../core/json.ts';

/**
 * Builds small pieces of JSON as *binary strings*, one character per byte of UTF-8, for parts of records that are parsed since their content
 * matters. A piece that is absent is the empty string.
 */

/** A value behind `,"name":`, or nothing without a value. */
export const pair = (name: string, value: string): string => (value === '' ? '' : name + value);
/** Pairs, which begin with a comma, in an object behind `,"name":{`; or nothing. */
export const nest = (name: string, pairs: string): string => (pairs === '' ? '' : `${name + pairs.slice(1)}}`);

/** A text as a JSON string. */
export const quote = (value: string): string => Buffer.from(JSON.stringify(value.toWellFormed())).toString('latin1');
/** A text of ASCII without quotes and backslashes, as a JSON string. */
export const quoteAscii = (value: string | undefined): string => (value === undefined || value === '' ? '' : `"${value}"`);
/** A JSON string; nothing for anything else and for the empty text. */
export const quoteText = (value: Json | undefined): string => (typeof value === 'string' && value !== '' ? quote(value) : '');

/** An object as JSON; nothing for the empty one. */
export const printed = (object: JsonObject | undefined): string =>
  object === undefined || Object.keys(object).length === 0 ? '' : Buffer.from(JSON.stringify(object)).toString('latin1');

/** The object, or an empty one in place of any other value. */
export const objectOf = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

/** A JSON text with its quotes, in binary. A surrogate without its partner is valid JSON and no valid text: stores refuse it, so it becomes U+FFFD. */
export function wellFormed(quoted: string): string {
  if (!HAS_SURROGATE.test(quoted)) return quoted;
  const text: string = JSON.parse(Buffer.from(quoted, 'latin1').toString('utf8'));
  return quote(text);
}
const HAS_SURROGATE = /\\u[dD][89a-fA-F]/;

/** As `wellFormed`, of all texts within a JSON value. */
export const wellFormedTexts = (json: string): string => json.replace(/"(?:[^"\\]|\\.)*"/g, wellFormed);
