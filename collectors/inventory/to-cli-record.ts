import type { Json, JsonObject } from '../../core/json.ts';
import { setOwn } from '../../core/set-own.ts';

/** The type of what `aws … --output json` prints, from the SDK's type of the same thing: dates and bytes are text. */
export type Cli<T> = T extends Date | Uint8Array
  ? string
  : T extends bigint
    ? number
    : T extends readonly (infer Element)[]
      ? Cli<Element>[]
      : T extends object
        ? { [Key in keyof T as Key extends '$metadata' ? never : Key]: Cli<T[Key]> }
        : T;

/**
 * What the AWS CLI prints for this output of the SDK: dates as ISO 8601, bytes as base64, neither `$metadata` nor members
 * without a value.
 */
export function toCliRecord<T extends object>(output: T): Cli<T> {
  return object(output) as Cli<T>;
}

function object(value: object): JsonObject {
  const result: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    // A service's own member can have any name but this one, which the SDK adds.
    if (key === '$metadata') continue;
    const json = convert(member);
    if (json !== undefined) setOwn(result, key, json);
  }
  return result;
}

function convert(value: unknown): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // JSON has no NaN and no infinity; the CLI prints the words of Python, which parsers of JSON refuse.
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return Number(value);
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (Array.isArray(value)) return value.map(convert).filter((element) => element !== undefined);
  return object(value);
}
