import type { Account, BucketTarget, Reach } from '../aws/reach.ts';
import { bucketRegion } from '../collectors/s3/bucket-region.ts';
import { listBuckets } from '../collectors/s3/list-buckets.ts';
import { listObjects } from '../collectors/s3/list-objects.ts';
import type { JsonObject } from '../core/json.ts';
import type { Emission, JobContext, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { Sweep } from '../core/sweep.ts';
import { encodeResource } from '../processors/encode-resource.ts';
import { s3ObjectEncoder } from '../processors/encode-s3-object.ts';

export interface S3Options {
  readonly reach: Reach;
  /** One bucket or prefix instead of what account_s3.txt and bucket_s3.txt name. */
  readonly source?: { readonly bucket: string; readonly prefix: string };
}

const CONCURRENCY = 8;
/** Regions of buckets asked for at once, where ListBuckets did not name them. */
const REGIONS_AT_ONCE = 16;

const BUCKET_KIND = { name: 's3-bucket', service: 's3', call: 'ListBuckets', recordField: 'aws.s3.bucket' };

/** Buckets of the accounts in account_s3.txt and objects of the buckets in bucket_s3.txt: history and current state of each. */
export function s3Pipeline({ reach, source }: S3Options): Pipeline {
  function bucketsJob(account: Account): PlannedJob {
    return {
      job: {
        id: `s3/buckets/${account.id}`,
        pipeline: 's3',
        account: account.id,
        region: 'global',
        kind: BUCKET_KIND.name,
        lane: `s3/${account.id}`,
      },
      run: (context) => sweepBuckets(account, context),
    };
  }

  async function* sweepBuckets(account: Account, { sweepTime, signal }: JobContext): AsyncIterable<Emission> {
    const { id, identity } = account;
    const sweep: Sweep = { account: id, region: 'global', kind: BUCKET_KIND.name, scope: '', time: sweepTime };
    let failed = false;
    for await (const buckets of listBuckets({ reach, identity, account: id }, signal)) {
      for (let start = 0; start < buckets.length; start += REGIONS_AT_ONCE) {
        const some = buckets.slice(start, start + REGIONS_AT_ONCE);
        const problems: Problem[] = [];
        const documents = await Promise.all(
          some.map(async (bucket) => {
            let region = bucket.BucketRegion;
            if (region === undefined) {
              try {
                region = await bucketRegion({ reach, identity, bucket: bucket.Name, account: id }, signal);
              } catch (error) {
                signal.throwIfAborted();
                problems.push(toProblem(error, { account: id, kind: BUCKET_KIND.name, object: `s3://${bucket.Name}` }));
              }
            }
            return encodeResource({
              kind: BUCKET_KIND,
              sweep,
              account: id,
              accountName: account.name,
              region: region ?? 'unknown',
              id: bucket.Name,
              arn: bucket.BucketArn ?? `arn:${identity.partition}:s3:::${bucket.Name}`,
              name: bucket.Name,
              state: undefined,
              created: bucket.CreationDate?.toISOString(),
              zone: undefined,
              tags: {},
              fields: { 's3.bucket.name': bucket.Name },
              // Dates become text, as the CLI prints them.
              record: JSON.parse(JSON.stringify(bucket)) as JsonObject,
            });
          }),
        );
        yield { type: 'documents', documents: documents.flat() };
        for (const problem of problems) yield { type: 'problem', problem };
        failed ||= problems.length > 0;
      }
    }
    // A failed page would have thrown. A job that says it failed should not have removed anything either.
    if (!failed) yield { type: 'retire', sweep };
  }

  function objectsJob(target: BucketTarget, account: Account | undefined): PlannedJob {
    const { bucket, prefix, identity } = target;
    const name = `s3://${bucket}/${prefix}`;
    return {
      job: {
        id: `s3/objects/${identity.key}/${bucket}/${prefix}`,
        pipeline: 's3',
        ...(identity.account === undefined ? {} : { account: identity.account }),
        kind: 's3-object',
        object: name,
        lane: `s3/${identity.key}`,
      },
      run: (context) => sweepObjects(target, account, context),
    };
  }

  async function* sweepObjects(
    { bucket, prefix, identity }: BucketTarget,
    owner: Account | undefined,
    { sweepTime, signal }: JobContext,
  ): AsyncIterable<Emission> {
    // The reader's account stands for the owner's: no call that a reader may make tells whose bucket it is.
    const account = identity.account ?? identity.key;
    let listing: { readonly sweep: Sweep; readonly encode: ReturnType<typeof s3ObjectEncoder> } | undefined;
    for await (const { region, objects } of listObjects({ reach, identity, bucket, prefix, account }, signal)) {
      if (listing === undefined) {
        const sweep = { account, region, kind: 's3-object', scope: `${bucket}/${prefix}`, time: sweepTime };
        const encode = s3ObjectEncoder({ sweep, partition: identity.partition, bucket, accountName: owner?.name });
        listing = { sweep, encode };
      }
      if (objects.length > 0) yield { type: 'documents', documents: objects.flatMap(listing.encode) };
    }
    // The listing is complete here: a failed page would have thrown.
    if (listing !== undefined) yield { type: 'retire', sweep: listing.sweep };
  }

  return {
    name: 's3',
    concurrency: CONCURRENCY,
    async *plan(context) {
      if (source !== undefined) {
        const identity = await reach.identity();
        yield objectsJob({ ...source, identity, origin: '--source' }, undefined);
        return;
      }
      const [{ accounts, problems }, buckets] = await Promise.all([
        reach.accounts('account_s3.txt'),
        reach.bucketTargets('bucket_s3.txt'),
      ]);
      for (const problem of [...problems, ...buckets.problems]) context.report(problem);
      for (const account of accounts) yield bucketsJob(account);
      for (const target of buckets.targets) {
        yield objectsJob(
          target,
          accounts.find(({ id }) => id === target.identity.account),
        );
      }
    },
  };
}
