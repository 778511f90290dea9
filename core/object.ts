import type { Readable } from 'node:stream';

/** A file to read, wherever it lies. */
export interface SourceObject {
  /** Ledger key: `s3://bucket/key#etag` or `file:///real/path#size-mtimeMs`. */
  readonly key: string;
  /** For people: `s3://bucket/key`, or the path. */
  readonly name: string;
  /** Path within the source, with `/`: what file name patterns are matched against. */
  readonly path: string;
  /** Bytes as stored. */
  readonly size: number;
  /** Milliseconds. */
  readonly modified: number;
  /** The bytes as stored (still compressed). */
  open(signal?: AbortSignal): Promise<Readable>;
  /** The whole of them at once, for objects known to be small enough; cheaper than a stream. */
  read(signal?: AbortSignal): Promise<Buffer>;
}

/** Where files come from: an S3 prefix, a local folder, later a queue of notifications. */
export interface ObjectSource {
  /** For people: `s3://bucket/prefix` or the folder. */
  readonly name: string;
  list(signal?: AbortSignal): AsyncIterable<SourceObject>;
}
