import type { AccountList, BucketList } from '../core/naming-list.ts';

/** The lists of the s3 pipeline: accounts whose buckets are listed, and buckets whose objects are listed. */
export const S3_ACCOUNTS: AccountList = { names: 'accounts', file: 'account_s3.txt', kinds: ['s3-bucket'] };
export const S3_BUCKETS: BucketList = { names: 'buckets', file: 'bucket_s3.txt', objects: 'listed' };
