import { createHash } from 'node:crypto';

export type StorageClass = 'STANDARD' | 'STANDARD_IA' | 'INTELLIGENT_TIERING' | 'GLACIER' | 'DEEP_ARCHIVE';

/** One object of a bucket of the sample. */
export interface StoredObject {
  readonly key: string;
  /** The time of its last change, in milliseconds. */
  readonly modified: number;
  readonly storageClass: StorageClass;
  /** The size and ETag that a listing shows. */
  measure(): { readonly size: number; readonly etag: string };
  /** Undefined for an object that appears in listings only and has no content. */
  readonly read: (() => Buffer) | undefined;
}

/** An object that can be read. Its content is made at the first use and kept, since a listing needs the true size. */
export function storedContent(key: string, modified: number, make: () => Buffer): StoredObject {
  let content: { bytes: Buffer; size: number; etag: string } | undefined;
  const made = () => {
    if (content === undefined) {
      const bytes = make();
      content = { bytes, size: bytes.byteLength, etag: createHash('md5').update(bytes).digest('hex') };
    }
    return content;
  };
  return { key, modified, storageClass: 'STANDARD', measure: made, read: () => made().bytes };
}

/** An object that appears in listings only and has no content. */
export const storedOutline = (
  key: string,
  modified: number,
  storageClass: StorageClass,
  size: number,
  etag: string,
): StoredObject => ({
  key,
  modified,
  storageClass,
  measure: () => ({ size, etag }),
  read: undefined,
});
