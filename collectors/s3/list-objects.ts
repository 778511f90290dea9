import {
  type _Object as ListedObject,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { followPages } from '../../aws/follow-pages.ts';
import type { Identity, Reach } from '../../aws/reach.ts';
import { bucketRegion } from './bucket-region.ts';

export interface BucketPrefix {
  readonly reach: Reach;
  readonly identity: Identity;
  readonly bucket: string;
  /** Empty for the whole bucket. */
  readonly prefix: string;
  /** For messages and limits. */
  readonly account: string;
}

/** An object as S3 lists it, its key decoded. */
export type S3Object = ListedObject & { readonly Key: string };

/** Yields the objects of a bucket below a prefix, a page of at most 1,000 at a time, by key. */
export async function* listObjects(
  place: BucketPrefix,
  signal?: AbortSignal,
): AsyncIterable<{ readonly region: string; readonly objects: readonly S3Object[] }> {
  const region = await bucketRegion(place, signal);
  for await (const page of listPages({ ...place, region }, {}, signal)) {
    const encoded = page.EncodingType === 'url';
    const objects = (page.Contents ?? []).flatMap((object) =>
      object.Key === undefined ? [] : [{ ...object, Key: encoded ? decodeS3Key(object.Key) : object.Key }],
    );
    yield { region, objects };
  }
}

/** Yields what ListObjectsV2 answers, page by page; with a delimiter, what keys have in common up to it. */
export function listPages(
  { reach, identity, bucket, prefix, account, region }: BucketPrefix & { readonly region: string },
  { delimiter }: { readonly delimiter?: string },
  signal?: AbortSignal,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  const call = 's3:ListObjectsV2';
  return followPages(
    call,
    (token) => {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        // Keys may hold characters that XML 1.0 cannot carry, so S3 is asked to encode them.
        EncodingType: 'url',
        ContinuationToken: token,
        ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
      });
      return reach.call({ account, region, call, ...(signal && { signal }) }, () =>
        reach.client(S3Client, identity, region).send(command, { ...(signal && { abortSignal: signal }) }),
      );
    },
    ({ IsTruncated, NextContinuationToken }) => ({
      token: IsTruncated === true ? NextContinuationToken : undefined,
      truncated: IsTruncated,
    }),
  );
}

/** A key as `encoding-type=url` writes it: percent-encoded, and with `+` for a blank. */
export function decodeS3Key(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', '%20'));
}
