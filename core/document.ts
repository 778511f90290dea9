import { createHash } from 'node:crypto';

/** `create`: the first one stays, a replay changes nothing. `replace`: the highest version stays. */
export type Operation = 'create' | 'replace';

/**
 * What a store takes: a body that is already one line of UTF-8 JSON, since every store takes lines of JSON and the hot path
 * must be free to carry a record's bytes untouched.
 */
export interface Document {
  /** The concrete index, such as `awscli-trail-2026.11.21`. */
  readonly index: string;
  readonly id: string;
  readonly operation: Operation;
  /** Milliseconds: the sweep's start. Only with `replace`; a lower version never overwrites a higher one. */
  readonly version?: number;
  /** One JSON object, UTF-8, without a newline. */
  readonly body: Uint8Array;
  /** The dotted names of all fields that it may have, where its maker knows them; many documents share one set. */
  readonly fields?: ReadonlySet<string>;
}

/** Engines refuse an `_id` longer than this; S3 keys alone reach 1,024 bytes. */
const MAX_ID_BYTES = 512;

/** An `_id` from its text: the text itself, or where it is too long its SHA-256 in base64url. */
export function documentId(text: string): string {
  // A UTF-16 unit is at most three bytes of UTF-8, so a short text needs no counting.
  if (text.length * 3 <= MAX_ID_BYTES || Buffer.byteLength(text) <= MAX_ID_BYTES) return text;
  return createHash('sha256').update(text).digest('base64url');
}

/** `awscli-` + 2026-11-21T… → `awscli-2026.11.21`. Takes an ISO 8601 instant in UTC. */
export function dailyIndex(prefix: string, isoTime: string): string {
  return `${prefix}${isoTime.slice(0, 4)}.${isoTime.slice(5, 7)}.${isoTime.slice(8, 10)}`;
}

/** `awsbilling-` + 2026-11… → `awsbilling-2026.11`. */
export function monthlyIndex(prefix: string, isoTime: string): string {
  return `${prefix}${isoTime.slice(0, 4)}.${isoTime.slice(5, 7)}`;
}
