/**
 * The limits of one record, so that a single record can't exhaust the memory of the process or of the store. CloudTrail's own events have at most 256 KB
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html), those of event data stores 1 MB; the rest leaves room
 * for additions of other tools.
 */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;
/** Each becomes a term of an index; the embedded store takes some ten times as many in its memory. */
export const MAX_RECORD_VALUES = 100_000;
/** Values of smaller records are not counted, since a small record can't have too many. */
const COUNTED_FROM_BYTES = 256 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** The reason why a record (valid JSON) exceeds a limit, or undefined. */
export function unheldReason(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= COUNTED_FROM_BYTES) return undefined;
  if (end - start > MAX_RECORD_BYTES) return tooLarge(end - start);
  let values = 1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === COMMA) values++;
    if (byte !== QUOTE) continue;
    for (at++; bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
  }
  return values > MAX_RECORD_VALUES
    ? `holds more than ${MAX_RECORD_VALUES.toLocaleString('en-US')} values (${values.toLocaleString('en-US')})`
    : undefined;
}

export const tooLarge = (bytes: number, maxBytes: number = MAX_RECORD_BYTES): string =>
  `is larger than ${maxBytes / 1024 / 1024} MiB (${bytes.toLocaleString('en-US')} bytes)`;
