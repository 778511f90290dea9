import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Identity, Reach } from '../../aws/reach.ts';
import type { ObjectSource, SourceObject } from '../../core/object.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { bucketRegion } from './bucket-region.ts';

export interface S3PrefixOptions {
  readonly reach: Reach;
  readonly identity: Identity;
  readonly bucket: string;
  /** Empty for the whole bucket. */
  readonly prefix: string;
  /** For messages and limits; the reader's own account where it is known. */
  readonly account?: string;
}

/** A body can break off after its headers came, which the SDK's own retries no longer cover. */
const BODY_ATTEMPTS = 3;

/** Yields the objects of a bucket below a prefix, page by page, in the order of S3 (by key). */
export function s3Prefix(options: S3PrefixOptions): ObjectSource {
  const { reach, identity, bucket, prefix } = options;
  const account = options.account ?? identity.key;
  let region: Promise<string> | undefined;
  const client = async (signal: AbortSignal | undefined) => {
    region ??= bucketRegion({ reach, identity, bucket, account }, signal);
    const found = await region;
    return { s3: reach.client(S3Client, identity, found), region: found };
  };

  function object(key: string, etag: string, size: number, modified: number): SourceObject {
    const name = `s3://${bucket}/${key}`;
    // What is read must be what was listed, or the ledger would remember the wrong content: hence If-Match.
    const get = async (signal: AbortSignal | undefined) => {
      const { s3, region } = await client(signal);
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...(etag === '' ? {} : { IfMatch: `"${etag}"` }) });
      return { s3, region, command };
    };
    const place = (region: string, signal: AbortSignal | undefined) => ({
      account,
      region,
      call: 's3:GetObject',
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      key: `${name}#${etag}`,
      name,
      path: key.startsWith(prefix) ? key.slice(prefix.length).replace(/^\/+/, '') : key,
      size,
      modified,
      async open(signal) {
        const { s3, region, command } = await get(signal);
        const { Body } = await reach.call(place(region, signal), () =>
          s3.send(command, { ...(signal && { abortSignal: signal }) }),
        );
        return Body as Readable;
      },
      async read(signal) {
        const { s3, region, command } = await get(signal);
        for (let attempt = 1; ; attempt++) {
          const { Body } = await reach.call(place(region, signal), () =>
            s3.send(command, { ...(signal && { abortSignal: signal }) }),
          );
          try {
            const bytes = await (Body as NonNullable<typeof Body>).transformToByteArray();
            if (bytes.byteLength !== size) throw new Error(`${bytes.byteLength} bytes came instead of ${size}`);
            return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          } catch (error) {
            signal?.throwIfAborted();
            if (attempt < BODY_ATTEMPTS) continue;
            throw new OrgscopeError(
              'unreachable',
              `${name} broke off ${BODY_ATTEMPTS} times while it was read: ${error instanceof Error ? error.message : String(error)}`,
              'Run again: what is done is kept.',
              { object: name, call: 's3:GetObject' },
              { cause: error },
            );
          }
        }
      },
    };
  }

  return {
    name: `s3://${bucket}/${prefix}`,
    async *list(signal) {
      const { s3, region } = await client(signal);
      let token: string | undefined;
      do {
        // Keys may hold characters that XML 1.0 cannot carry, so S3 is asked to encode them.
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          EncodingType: 'url',
          ContinuationToken: token,
        });
        const page = await reach.call(
          { account, region, call: 's3:ListObjectsV2', ...(signal === undefined ? {} : { signal }) },
          () => s3.send(command, { ...(signal && { abortSignal: signal }) }),
        );
        for (const { Key, ETag = '', Size = 0, LastModified } of page.Contents ?? []) {
          // A key that ends with a slash is a folder made in the console.
          if (Key === undefined || (Key.endsWith('/') && Size === 0)) continue;
          const key = page.EncodingType === 'url' ? decodeS3Key(Key) : Key;
          yield object(key, ETag.replaceAll('"', ''), Size, LastModified?.getTime() ?? 0);
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
  };
}

/** A key as `encoding-type=url` writes it: percent-encoded, and with `+` for a blank. */
export function decodeS3Key(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', '%20'));
}
