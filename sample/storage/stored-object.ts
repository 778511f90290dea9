import { createHash } from 'node:crypto';

export type StorageClass = 'STANDARD' | 'STANDARD_IA' | 'INTELLIGENT_TIERING' | 'GLACIER' | 'DEEP_ARCHIVE';

/** One object of a bucket of the sample. */
export interface StoredObject {
  readonly key: string;
  /** Milliseconds */
  readonly modified: number;
  readonly storageClass: StorageClass;
  /** What a listing tells; for objects with content it is that of the content. */
  measure(): { readonly size: number; readonly etag: string };
  /** Undefined where the sample has no content, only what a listing shows. */
  readonly read: (() => Buffer) | undefined;
}

/** An object of the sample that can be read; made at the first use and kept, since a listing must tell its true size. */
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

/** An object of which the sample knows only what a listing shows. */
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
