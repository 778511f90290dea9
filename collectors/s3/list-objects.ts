import { type _Object as ListedObject, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
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
  const { reach, identity, bucket, prefix, account } = place;
  const region = await bucketRegion(place, signal);
  let token: string | undefined;
  do {
    // Keys may hold characters that XML 1.0 cannot carry, so S3 is asked to encode them.
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ContinuationToken: token });
    const page = await reach.call({ account, region, call: 's3:ListObjectsV2', ...(signal && { signal }) }, () =>
      reach.client(S3Client, identity, region).send(command, { ...(signal && { abortSignal: signal }) }),
    );
    const encoded = page.EncodingType === 'url';
    const objects = (page.Contents ?? []).flatMap((object) =>
      object.Key === undefined ? [] : [{ ...object, Key: encoded ? decodeS3Key(object.Key) : object.Key }],
    );
    yield { region, objects };
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** A key as `encoding-type=url` writes it: percent-encoded, and with `+` for a blank. */
export function decodeS3Key(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', '%20'));
}
