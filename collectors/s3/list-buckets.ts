import { type Bucket, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Identity, Reach } from '../../aws/reach.ts';

/** Yields the buckets that an account owns, in every region, a page at a time. */
export async function* listBuckets(
  { reach, identity, account }: { readonly reach: Reach; readonly identity: Identity; readonly account: string },
  signal?: AbortSignal,
): AsyncIterable<readonly (Bucket & { readonly Name: string })[]> {
  const region = identity.homeRegion;
  let token: string | undefined;
  do {
    // Without a page size S3 answers in its old form, which names no regions and refuses accounts of over 10,000 buckets.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
    const command = new ListBucketsCommand({ MaxBuckets: 1000, ContinuationToken: token });
    const page = await reach.call({ account, region, call: 's3:ListBuckets', ...(signal && { signal }) }, () =>
      reach.client(S3Client, identity, region).send(command, { ...(signal && { abortSignal: signal }) }),
    );
    yield (page.Buckets ?? []).flatMap((bucket) => (bucket.Name === undefined ? [] : [{ ...bucket, Name: bucket.Name }]));
    token = page.ContinuationToken;
  } while (token !== undefined && token !== '');
}
