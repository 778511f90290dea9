import type {
  Bucket,
  GetBucketEncryptionOutput,
  GetBucketLifecycleConfigurationOutput,
  GetBucketLoggingOutput,
  GetBucketPolicyStatusOutput,
  GetBucketTaggingOutput,
  GetBucketVersioningOutput,
  GetPublicAccessBlockOutput,
} from '@aws-sdk/client-s3';
import { OrgscopeError } from '../../core/problem.ts';
import { one } from './ask-aws.ts';
import { codeOf } from './code-of.ts';
import type { FollowUp } from './follow-ups.ts';
import type { Cli } from './to-cli-record.ts';

/** A bucket with its settings, each as its CLI command prints it. */
export type BucketRecord = Cli<Bucket> &
  Cli<GetBucketEncryptionOutput> &
  Cli<GetPublicAccessBlockOutput> &
  Cli<GetBucketPolicyStatusOutput> &
  Pick<Cli<GetBucketLifecycleConfigurationOutput>, 'Rules'> &
  Cli<GetBucketLoggingOutput> &
  Partial<Cli<GetBucketTaggingOutput>> & { readonly Versioning?: Cli<GetBucketVersioningOutput> };

export const BUCKET_CALLS = [
  'GetBucketLocation',
  'GetBucketVersioning',
  'GetBucketEncryption',
  'GetPublicAccessBlock',
  'GetBucketPolicyStatus',
  'GetBucketLifecycleConfiguration',
  'GetBucketLogging',
  'GetBucketTagging',
] as const;

type SettingCall = Exclude<(typeof BUCKET_CALLS)[number], 'GetBucketLocation'>;
type AskBucket = (
  call: (typeof BUCKET_CALLS)[number],
  input: { Bucket: string },
  options: { region?: string },
) => AsyncIterable<object>;

/** The error codes of settings that were never made, and the value that each stands for. */
const NEVER_MADE: ReadonlyMap<string, BucketRecord> = new Map<string, BucketRecord>([
  ['ServerSideEncryptionConfigurationNotFoundError', { ServerSideEncryptionConfiguration: { Rules: [] } }],
  [
    'NoSuchPublicAccessBlockConfiguration',
    {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: false,
        IgnorePublicAcls: false,
        BlockPublicPolicy: false,
        RestrictPublicBuckets: false,
      },
    },
  ],
  ['NoSuchBucketPolicy', { PolicyStatus: { IsPublic: false } }],
  ['NoSuchLifecycleConfiguration', { Rules: [] }],
  ['NoSuchTagSet', { TagSet: [] }],
]);

/** Reads a bucket's region and its settings, in that region. A setting that can't be read is absent and reported. */
export async function readBucketSettings(askBucket: unknown, bucket: BucketRecord, followUp: FollowUp): Promise<BucketRecord> {
  const ask = askBucket as AskBucket;
  const { Name } = bucket;
  if (Name === undefined) return bucket;
  const denied: string[] = [];
  /** Undefined if it can't be read, which is reported. */
  const setting = (call: (typeof BUCKET_CALLS)[number], region?: string): Promise<object | undefined> =>
    followUp.detail(async () => {
      try {
        return await one(ask(call, { Bucket: Name }, region === undefined ? {} : { region }));
      } catch (error) {
        if (!(error instanceof OrgscopeError)) throw error;
        const neverMade = NEVER_MADE.get(codeOf(error.cause));
        if (neverMade !== undefined) return neverMade;
        if (error.code !== 'denied') throw error;
        // The bucket's policy may deny it permanently, so this is not a failure of the sweep.
        denied.push(error.where.action ?? call);
        followUp.leftOut(`s3:${call}`);
        return undefined;
      }
    });
  const region = bucket.BucketRegion ?? locationOf(await setting('GetBucketLocation'));
  const calls = BUCKET_CALLS.filter((call): call is SettingCall => call !== 'GetBucketLocation');
  const settings = await Promise.all(
    calls.map(async (call) => {
      const output = await setting(call, region);
      // `Status` alone would not say that it is about versioning.
      return call === 'GetBucketVersioning' && output !== undefined ? { Versioning: output } : output;
    }),
  );
  if (denied.length > 0) {
    followUp.report({
      code: 'denied',
      severity: 'notice',
      message: `s3://${Name}: access denied to ${denied.join(', ')}; these settings are left out`,
      next: 'The policy of the role must allow them, and the policy of the bucket must not deny them.',
      where: { object: `s3://${Name}`, action: denied.join(', ') },
    });
  }
  return Object.assign({ ...bucket, ...(region === undefined ? {} : { BucketRegion: region }) }, ...settings) as BucketRecord;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: a bucket without a location is in us-east-1, and `EU` is eu-west-1. */
function locationOf(output: { readonly LocationConstraint?: string } | undefined): string | undefined {
  if (output === undefined) return undefined;
  return output.LocationConstraint === 'EU' ? 'eu-west-1' : output.LocationConstraint || 'us-east-1';
}
