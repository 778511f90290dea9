import type { Document } from '../../core/document.ts';
import type { SourceObject } from '../../core/object.ts';
import type { FileReader, RecordReader, StreamReader } from '../../core/record-reader.ts';
import type { Result } from '../../core/result.ts';

/** The name of an account by its id, where it is known. */
export type AccountName = (id: string) => string | undefined;

/** What a format may use of the object that it reads. */
export interface OpenedObject {
  readonly object: SourceObject;
  /** Undefined where the object's name does not contain it. */
  readonly account: string | undefined;
  /** Undefined where the object's name does not contain it. */
  readonly region: string | undefined;
  readonly accountName: AccountName;
  /** Of S3, without the prefix `x-amz-meta-`. Absent for local files, and for large objects of which only slices are read. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Goes through the records of one object and makes documents of them. */
export interface ObjectDecoder<Reader extends RecordReader> {
  readonly reader: Reader;
  /** What the object was taken for, and by what, such as `vpcflow by key`. The report counts the objects of each. */
  readonly takenFor?: string;
  /** It may have been taken for what it is not: where most of its first records can't be encoded, none of it is stored. */
  readonly onTrial?: boolean;
  /** Yields the document of the record that the reader came to. `ingested`: when it is read, as ISO 8601. */
  encode(ingested: string): Result<Document>;
}

/**
 * How objects become documents. `stream`: from the beginning to the end, unpacked as often as the object is gzip; `head` is the first of its
 * pieces, for formats that depend on the first line. `file`: from anywhere in the object, as it is stored. A decoder serves one object; a cache
 * for all objects belongs into the format.
 */
export type ObjectFormat =
  | {
      readonly type: 'stream';
      /** How much unpacked content the reader takes at a time. */
      readonly pieceBytes?: number;
      open(object: OpenedObject, head: Buffer): ObjectDecoder<StreamReader>;
    }
  | { readonly type: 'file'; open(object: OpenedObject): ObjectDecoder<FileReader> };

/** Whether an object is read, by its name (`s3://bucket/key`, or a path). */
export type RecognizedObject =
  | {
      readonly type: 'ours';
      readonly account: string | undefined;
      readonly region?: string | undefined;
      readonly format: ObjectFormat;
    }
  /** The reason completes "Left out as …". */
  | { readonly type: 'other'; readonly reason: string };

/** An object that is to be read. */
export interface FoundObject extends Omit<Extract<RecognizedObject, { type: 'ours' }>, 'type'> {
  readonly object: SourceObject;
}
