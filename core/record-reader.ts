/**
 * What a reader came to. `record`: the encoder may take it until the next call. `refused`: a record that can't be encoded, and `reason` completes
 * "The record …". `foreign`: a value that is no record of this format, which is counted and left. `more`: give it more bytes. `end`: all
 * records were read. `none`: the object holds no record at all, and `reason` completes "Left out as …". `invalid`: the object is damaged, and
 * `reason` completes "OBJECT …". Nothing follows the last three.
 */
export type RecordStep = 'record' | 'refused' | 'foreign' | 'more' | 'end' | 'none' | 'invalid';

/** Goes from record to record of one object. */
export interface RecordReader {
  next(): RecordStep;
  readonly reason: string;
  /** With `invalid`, where the object is of no known kind: its first bytes, in quotes, which the reason may contain. */
  readonly begins?: string;
  /** Where the record begins, such as `byte 1234` or `line 7`: for dead letters. */
  location(): string;
  /** The record as text, at most so many bytes of it: for dead letters. */
  content(maxBytes: number): string;
}

/** Reads an object from its beginning to its end, in pieces. */
export interface StreamReader extends RecordReader {
  /** Adds bytes; the reader may hold on to them until they are read. */
  push(bytes: Buffer): void;
  /** No more bytes will come. */
  finish(): void;
}

/** Bytes of a file, from anywhere in it. */
export interface RandomAccessFile {
  readonly size: number;
  /** From `start` up to and without `end`. Rejects with an OrgscopeError where they can't be read. */
  slice(start: number, end: number): Promise<Buffer>;
}

/** Reads an object in the order that its format needs, as Parquet does, whose table of contents stands at the end. */
export interface FileReader extends RecordReader {
  /** Called before the first record and after each `more`: reads what the next records need. */
  load(file: RandomAccessFile): Promise<void>;
  /** Called at the end, also after a failure. */
  close?(): Promise<void>;
}
