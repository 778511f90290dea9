import { addressKey } from '../../core/ip-address.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { deadLetter, ok, type Result } from '../../core/result.ts';
import { setOwn } from '../../core/set-own.ts';

/** Yields values of a JSON record as fields take them. AWS writes `-` or an empty text for what is absent, which is undefined here. */
export const valueText = (value: Json | undefined): string | undefined => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined;
};

/** A whole number, which AWS also writes as text. */
export function valueInteger(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** A port; undefined for a number that is none. */
export function valuePort(value: Json | undefined): number | undefined {
  const port = valueInteger(value);
  return port !== undefined && port >= 0 && port <= 65_535 ? port : undefined;
}

/** An IP address; undefined for a text that is none, since engines refuse it in a field of addresses. */
export function valueAddress(value: Json | undefined): string | undefined {
  return typeof value === 'string' && addressKey(value) !== undefined ? value : undefined;
}

/** The objects of a list; nothing of what is no list. */
export const valueObjects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter((one): one is JsonObject => isObject(one)) : [];

/** Distinct texts; undefined without any. */
export function distinct(values: readonly (string | undefined)[]): string[] | undefined {
  const texts = [...new Set(values.filter((value) => value !== undefined))];
  return texts.length > 0 ? texts : undefined;
}

/** The last millisecond of the year 9999: names of indices have four digits for the year. */
const LAST_MS = 253_402_300_799_999;

/** An instant from milliseconds since 1970. */
export const instantOfMs = (ms: Json | undefined): string | undefined =>
  typeof ms === 'number' && ms > 0 && ms <= LAST_MS ? new Date(ms).toISOString() : undefined;

/** The value without members that are absent, at any depth. Texts in lists stay as they are, since they are data there, such as what a rule matched. */
export function withoutAbsent(value: Json | undefined): Json | undefined {
  if (value === null || value === undefined || value === '' || value === '-') return undefined;
  if (Array.isArray(value)) {
    const kept = value.map((one) => (typeof one === 'object' ? withoutAbsent(one) : one)).filter((one) => one !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (typeof value !== 'object') return value;
  const kept: JsonObject = {};
  for (const [name, inner] of Object.entries(value)) {
    const present = withoutAbsent(inner);
    if (present !== undefined) setOwn(kept, name, present);
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}

/** Deeper values would exhaust the stack when they are printed. */
const MAX_DEPTH = 500;

/** The JSON object that a text holds. */
export function parseObject(text: string): Result<JsonObject> {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return deadLetter('is no JSON');
  }
  if (!isObject(value)) return deadLetter('is no JSON object');
  return isDeeper(value, MAX_DEPTH) ? deadLetter(`is nested deeper than ${MAX_DEPTH} levels`) : ok(value);
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isDeeper(value: Json, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (levels === 0) return true;
  const members = Array.isArray(value) ? value : Object.values(value);
  return members.some((member) => isDeeper(member, levels - 1));
}
