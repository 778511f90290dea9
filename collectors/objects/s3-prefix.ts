import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Identity, Reach } from '../../aws/reach.ts';
import { readerWord } from '../../aws/reader-word.ts';
import type { ObjectContent, ObjectRef, ObjectSource, SourceObject } from '../../core/object.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { listObjects } from '../s3/list-objects.ts';

export interface S3PrefixOptions {
  readonly reach: Reach;
  readonly identity: Identity;
  readonly bucket: string;
  /** Empty for the whole bucket. */
  readonly prefix: string;
  /** What its objects hold, where the list names it. */
  readonly dataset?: string;
}

/** How often a body is asked for that breaks off after its headers came: the SDK's own retries no longer cover this. */
const BODY_ATTEMPTS = 3;
/** An object that is larger than its notification said is held in memory up to this size. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

/** Yields the objects of a bucket below a prefix, in the order of S3 (by key). */
export function s3Prefix(options: S3PrefixOptions): ObjectSource {
  const { reach, identity, bucket, prefix, dataset } = options;
  const account = identity.account ?? identity.key;
  return {
    name: `s3://${bucket}/${prefix}`,
    async *list(signal) {
      for await (const { region, objects } of listObjects({ reach, identity, bucket, prefix, account }, signal)) {
        for (const { Key: key, ETag = '', Size = 0, LastModified } of objects) {
          // A key that ends with a slash is a folder made in the console.
          if (key.endsWith('/') && Size === 0) continue;
          const path = key.startsWith(prefix) && key.length > prefix.length ? key.slice(prefix.length).replace(/^\/+/, '') : key;
          const listed = {
            bucket,
            key,
            etag: ETag.replaceAll('"', ''),
            size: Size,
            modified: LastModified?.getTime() ?? 0,
            region,
            ...(dataset && { dataset }),
          };
          yield s3Object(options, listed, path);
        }
      }
    },
  };
}

/** One object as it was listed: `etag` without quotes, or empty. `path` is what file name patterns are matched against. */
export function s3Object(
  { reach, identity }: Pick<S3PrefixOptions, 'reach' | 'identity'>,
  { bucket, key, etag, size, modified, region, dataset }: Omit<Extract<ObjectRef, { type: 's3' }>, 'type' | 'reader'>,
  path: string,
): SourceObject {
  // The reader's account: S3 does not name the owner, and limits and denials apply to the reader.
  const account = identity.account ?? identity.key;
  const reader = readerWord(identity);
  const name = `s3://${bucket}/${key}`;
  /** `range`: as HTTP's header has it. */
  async function get(signal: AbortSignal | undefined, range?: string) {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      // Only the listed content may be read, or the ledger would acknowledge another one.
      ...(etag === '' ? {} : { IfMatch: `"${etag}"` }),
      ...(range === undefined ? {} : { Range: range }),
    });
    const { Body, ContentLength, ETag, Metadata } = await reach.call(
      { account, region, call: 's3:GetObject', ...(signal && { signal }) },
      async () => {
        try {
          return await reach.client(S3Client, identity, region).send(command, { ...(signal && { abortSignal: signal }) });
        } catch (error) {
          const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
          if (status !== 412) throw error;
          throw new OrgscopeError('conflict', `${name} was overwritten while it was waiting to be read`, 'Run again.', {
            object: name,
          });
        }
      },
    );
    if (Body === undefined) throw new OrgscopeError('unexpected', `${name} came without a body`, 'Run again.', { object: name });
    // S3 sends both with every object. A proxy's page in its place would be taken for its content, and never be read again.
    if (ETag === undefined || ContentLength === undefined) {
      (Body as Readable).destroy();
      throw new OrgscopeError(
        'malformed',
        `something else than S3 answered when ${name} was to be read: it came without ETag or without length`,
        "It may be a proxy, a network's sign-in page or what AWS_ENDPOINT_URL names: check HTTPS_PROXY and NO_PROXY, then run again.",
        { object: name, call: 's3:GetObject' },
      );
    }
    return { body: Body, length: ContentLength, ...(Metadata && { metadata: Metadata }) };
  }

  /** The whole body of an answer of at most `maxBytes`; a body that breaks off is asked for again. */
  async function getWhole(signal: AbortSignal | undefined, maxBytes: number, range?: string): Promise<ObjectContent<Buffer>> {
    for (let attempt = 1; ; attempt++) {
      const { body, length, metadata } = await get(signal, range);
      // A notification may have given a wrong size. The object is still the right one, by its ETag.
      if (length > maxBytes) {
        (body as Readable).destroy();
        const message = `${name} has ${length} bytes, and not ${size} as announced: too many to be read at once`;
        const next = 'Name its prefix with --source: a listing has the true size.';
        throw new OrgscopeError('conflict', message, next, { object: name });
      }
      try {
        const bytes = await body.transformToByteArray();
        if (bytes.byteLength !== length) throw new Error(`${bytes.byteLength} bytes came instead of ${length}`);
        return { body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), ...(metadata && { metadata }) };
      } catch (error) {
        signal?.throwIfAborted();
        if (attempt < BODY_ATTEMPTS) continue;
        const reason = error instanceof Error ? error.message : String(error);
        throw new OrgscopeError(
          'unreachable',
          `${name} broke off ${BODY_ATTEMPTS} times while it was read: ${reason}`,
          'Run again: objects that were read are kept.',
          { object: name, call: 's3:GetObject' },
          { cause: error },
        );
      }
    }
  }

  return {
    key: `${name}#${etag}`,
    name,
    path,
    size,
    modified,
    ref: {
      type: 's3',
      bucket,
      key,
      etag,
      size,
      modified,
      region,
      ...(reader === undefined ? {} : { reader }),
      ...(dataset && { dataset }),
    },
    async open(signal) {
      const { body, metadata } = await get(signal);
      return { body: body as Readable, ...(metadata && { metadata }) };
    },
    read: (signal) => getWhole(signal, Math.max(size, MAX_WHOLE_BYTES)),
    async slice(start, end, signal) {
      // HTTP has no empty range.
      if (start >= end) return Buffer.alloc(0);
      return (await getWhole(signal, end - start, `bytes=${start}-${end - 1}`)).body;
    },
  };
}
