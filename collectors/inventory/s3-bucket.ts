import { declareKind } from './declare-kind.ts';
import { BUCKET_CALLS, type BucketRecord, readBucketSettings } from './read-bucket-settings.ts';
import { sharedFields } from './shared-fields.ts';

/** Buckets of the account in every region. Settings that may not be read are left out and reported. */
export const s3Bucket = declareKind({
  name: 's3-bucket',
  summary: 'S3 buckets with region, encryption, versioning, public access, lifecycle and logging.',
  service: 's3',
  sdk: () => import('@aws-sdk/client-s3'),
  client: (sdk) => sdk.S3Client,
  call: 'ListBuckets',
  calls: BUCKET_CALLS,
  scope: 'global',
  cli: 's3api',
  // Without a page size S3 answers in its old form, which names no regions and refuses accounts of over 10,000 buckets.
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
  pageSize: 100,
  items: (output): readonly BucketRecord[] => output.Buckets ?? [],
  follow: readBucketSettings,
  id: (bucket) => bucket.Name,
  arn: (bucket, place) => bucket.BucketArn ?? `arn:${place.partition}:s3:::${bucket.Name}`,
  title: (bucket) => bucket.Name,
  created: (bucket) => bucket.CreationDate,
  region: (bucket) => bucket.BucketRegion,
  tags: (bucket) => bucket.TagSet,
  fields: [
    { ...sharedFields.bucketName, value: (bucket) => bucket.Name },
    {
      ...sharedFields.encrypted,
      value: (bucket) =>
        bucket.ServerSideEncryptionConfiguration === undefined
          ? undefined
          : (bucket.ServerSideEncryptionConfiguration.Rules?.length ?? 0) > 0,
    },
    { ...sharedFields.public, value: (bucket) => bucket.PolicyStatus?.IsPublic },
    {
      name: 'resource.versioning',
      type: 'keyword',
      description: '`Enabled`, `Suspended` or `Off`.',
      value: (bucket) => (bucket.Versioning === undefined ? undefined : (bucket.Versioning.Status ?? 'Off')),
    },
    {
      name: 'resource.public_access_blocked',
      type: 'boolean',
      description: 'Whether all four blocks of public access are on for the bucket itself.',
      value: (bucket) => blocked(bucket.PublicAccessBlockConfiguration),
    },
    {
      name: 'resource.lifecycle_rules',
      type: 'long',
      description: 'Lifecycle rules that are enabled.',
      value: (bucket) => bucket.Rules?.filter(({ Status }) => Status === 'Enabled').length,
    },
    {
      name: 'resource.access_log_bucket',
      type: 'keyword',
      description: 'Bucket that its access logs go to; absent where none are written.',
      value: (bucket) => bucket.LoggingEnabled?.TargetBucket,
    },
  ],
  actions: [
    's3:ListAllMyBuckets',
    's3:GetBucketLocation',
    's3:GetBucketLogging',
    's3:GetBucketPolicyStatus',
    's3:GetBucketPublicAccessBlock',
    's3:GetBucketTagging',
    's3:GetBucketVersioning',
    's3:GetEncryptionConfiguration',
    's3:GetLifecycleConfiguration',
  ],
  page: {
    rank: 4,
    uniqueId: true,
    nameFields: ['s3.bucket.name'],
    nameMembers: ['Bucket', 'BucketName', 'resource.access_log_bucket', 'Dimensions.Value'],
  },
  example: {
    Buckets: [
      { Name: 'company-data', CreationDate: '2026-01-02T03:04:05.000Z', BucketRegion: 'cn-north-1' },
      { Name: 'company-logs', CreationDate: '2026-01-02T03:04:05.000Z', BucketRegion: 'cn-northwest-1' },
    ],
  },
  examples: {
    GetBucketVersioning: { Status: 'Enabled' },
    GetBucketEncryption: {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
      },
    },
    GetPublicAccessBlock: {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
    },
    GetBucketPolicyStatus: { PolicyStatus: { IsPublic: false } },
    GetBucketLifecycleConfiguration: {
      Rules: [{ ID: 'old', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 30 } }],
    },
    GetBucketLogging: { LoggingEnabled: { TargetBucket: 'company-logs', TargetPrefix: 's3/' } },
    GetBucketTagging: { TagSet: [{ Key: 'team', Value: 'data' }] },
  },
});

const blocked = (block: BucketRecord['PublicAccessBlockConfiguration']): boolean | undefined =>
  block === undefined
    ? undefined
    : block.BlockPublicAcls === true &&
      block.BlockPublicPolicy === true &&
      block.IgnorePublicAcls === true &&
      block.RestrictPublicBuckets === true;
