import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Identity, Reach } from '../../aws/reach.ts';

export interface BucketPlace {
  readonly reach: Reach;
  readonly identity: Identity;
  readonly bucket: string;
  /** For messages and limits. */
  readonly account: string;
}

/**
 * The region that a bucket is in. HeadBucket names it in a header, even in its answers 301 (asked in another region) and 403,
 * so it needs no permission of its own (GetBucketLocation does).
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
 */
export async function bucketRegion({ reach, identity, bucket, account }: BucketPlace, signal?: AbortSignal): Promise<string> {
  const region = identity.homeRegion;
  const client = reach.client(S3Client, identity, region);
  return reach.call({ account, region, call: 's3:HeadBucket', ...(signal === undefined ? {} : { signal }) }, async () => {
    try {
      const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket: bucket }), {
        ...(signal && { abortSignal: signal }),
      });
      return BucketRegion ?? region;
    } catch (error) {
      const named = (error as { $response?: { headers?: Record<string, string> } }).$response?.headers?.['x-amz-bucket-region'];
      if (named !== undefined && named !== '') return named;
      throw error;
    }
  });
}
