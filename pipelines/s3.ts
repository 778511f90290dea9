import { setTimeout as sleep } from 'node:timers/promises';
import type { Account, BucketTarget, Reach } from '../aws/reach.ts';
import { instanceTypeLookup } from '../collectors/inventory/look-up-instance-types.ts';
import { s3Bucket } from '../collectors/inventory/s3-bucket.ts';
import { listObjects } from '../collectors/s3/list-objects.ts';
import type { Emission, JobContext, Pipeline, PlannedJob } from '../core/pipeline.ts';
import type { Sweep } from '../core/sweep.ts';
import { s3ObjectEncoder } from '../processors/encode-s3-object.ts';
import { type Predecessors, predecessors } from './previous-sweep.ts';
import { sweepKind } from './sweep-kind.ts';

export interface S3Options {
  readonly reach: Reach;
  /** One bucket or prefix instead of what account_s3.txt and bucket_s3.txt name. */
  readonly source?: { readonly bucket: string; readonly prefix: string };
}

const CONCURRENCY = 8;
/** Buckets of the accounts in account_s3.txt and objects of the buckets in bucket_s3.txt: history and current state of each. */
export function s3Pipeline({ reach, source }: S3Options): Pipeline {
  const sweeping = {
    reach,
    types: instanceTypeLookup(),
    wait: (delayMs: number, signal: AbortSignal) => sleep(delayMs, undefined, { signal }),
  };

  function bucketsJob(account: Account, before: Predecessors): PlannedJob {
    return {
      job: {
        id: `s3/buckets/${account.id}`,
        pipeline: 's3',
        account: account.id,
        region: 'global',
        kind: s3Bucket.name,
        lane: `s3/${account.id}`,
      },
      run: (context) => sweepKind(s3Bucket, account, 'global', { ...sweeping, before }, context),
    };
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
      const before = predecessors();
      for (const account of accounts) yield bucketsJob(account, before);
      for (const target of buckets.targets) {
        yield objectsJob(
          target,
          accounts.find(({ id }) => id === target.identity.account),
        );
      }
    },
  };
}
