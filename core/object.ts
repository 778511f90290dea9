import type { Readable } from 'node:stream';
import type { OrgscopeError } from './problem.ts';

/** Where a file lies and what it was when it was listed: plain data from which another process opens the same one. */
export type ObjectRef =
  | {
      readonly type: 'file';
      /** For people, where it is no UTF-8: then `bytes` holds it, in base64. */
      readonly path: string;
      readonly bytes?: string;
      readonly size: number;
      readonly modified: number;
    }
  | {
      readonly type: 's3';
      readonly bucket: string;
      readonly key: string;
      /** Without quotes; empty where it is not known. */
      readonly etag: string;
      readonly size: number;
      readonly modified: number;
      readonly region: string;
      /** Who reads, as the lists name them; absent for the caller. */
      readonly reader?: string;
      /** What it holds, where the list names it. */
      readonly dataset?: string;
    };

/** An opened object. */
export interface ObjectContent<Body> {
  readonly body: Body;
  /** The object's user metadata in S3, by names in lower case without their prefix `x-amz-meta-`. Local files have none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

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
  readonly ref: ObjectRef;
  /** The bytes as stored (still compressed). */
  open(signal?: AbortSignal): Promise<ObjectContent<Readable>>;
  /** The whole of them at once, for objects known to be small enough; cheaper than a stream. */
  read(signal?: AbortSignal): Promise<ObjectContent<Buffer>>;
  /** The bytes from `start` up to and without `end`, for formats that are not read from the beginning to the end. */
  slice(start: number, end: number, signal?: AbortSignal): Promise<Buffer>;
}

/** Something that can't be listed: `failed` may hold data, which is now missing; `left-out` can't hold any. */
export type ListingTrouble =
  | { readonly type: 'failed'; readonly error: OrgscopeError }
  | { readonly type: 'left-out'; readonly reason: string; readonly object: string };

/** Where files come from: an S3 prefix or a local folder. */
export interface ObjectSource {
  /** For messages: `s3://bucket/prefix` or the folder. */
  readonly name: string;
  /**
   * What can't be listed (a folder without permission, a broken link) is passed to `trouble`, and the listing continues; without `trouble` it
   * throws.
   */
  list(signal?: AbortSignal, trouble?: (trouble: ListingTrouble) => void): AsyncIterable<SourceObject>;
}
