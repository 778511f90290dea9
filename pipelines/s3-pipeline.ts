import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Account, Identity, Reach } from '../aws/reach.ts';
import { readerWord } from '../aws/reader-word.ts';
import { instanceTypeLookup } from '../collectors/inventory/look-up-instance-types.ts';
import { s3Bucket } from '../collectors/inventory/s3-bucket.ts';
import { type BucketPrefix, listObjects } from '../collectors/s3/list-objects.ts';
import type { Emission, Job, JobContext, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import type { Sweep } from '../core/sweep.ts';
import { s3ObjectEncoder } from '../processors/encode-s3-object.ts';
import { accountNames } from './account-names.ts';
import { mayRetire } from './may-retire.ts';
import { countCurrent, predecessors } from './previous-sweep.ts';
import { accountPayload, payloadOfAccount, reviveAccount } from './revive-account.ts';
import { S3_ACCOUNTS, S3_BUCKETS } from './s3-lists.ts';
import { sweepKind } from './sweep-kind.ts';

export interface S3Options {
  readonly reach: Reach;
  /**
   * Daily copies of millions of objects would fill the store, so history has only their totals, unless it is `all`. For buckets
   * it means the same as in inventory.
   */
  readonly history?: 'all' | 'changes' | undefined;
  /** One bucket or prefix instead of what account_s3.txt and bucket_s3.txt name. */
  readonly source?: { readonly bucket: string; readonly prefix: string };
}

const payload = z.discriminatedUnion('type', [
  z.object({ type: z.literal('buckets'), account: accountPayload }),
  z.object({
    type: z.literal('objects'),
    bucket: z.string().min(1),
    prefix: z.string(),
    /** Who reads, as the lists name them; absent for the caller. */
    reader: z.string().optional(),
    ownerName: z.string().optional(),
  }),
]);

interface ListedBucket {
  readonly bucket: string;
  readonly prefix: string;
  readonly identity: Identity;
  readonly ownerName: string | undefined;
}

/** Buckets of the accounts in account_s3.txt, and objects of the buckets in bucket_s3.txt with their totals. */
export function s3Pipeline({ reach, source, history }: S3Options): Pipeline {
  const sweeping = {
    reach,
    types: instanceTypeLookup(),
    wait: (delayMs: number, signal: AbortSignal) => sleep(delayMs, undefined, { signal }),
    before: predecessors(),
    history,
  };

  function bucketsJob(account: Account): PlannedJob {
    const job: Job = {
      id: `s3/buckets/${account.id}`,
      pipeline: 's3',
      account: account.id,
      region: 'global',
      kind: s3Bucket.name,
      lane: `s3/${account.id}`,
      service: 's3',
      payload: { type: 'buckets', account: payloadOfAccount(account) },
    };
    return { job, run: (context) => sweepBuckets(account, context) };
  }

  const sweepBuckets = (account: Account, context: JobContext): AsyncIterable<Emission> =>
    sweepKind(s3Bucket, account, 'global', sweeping, context);

  function objectsJob(listed: ListedBucket): PlannedJob {
    const { bucket, prefix, identity, ownerName } = listed;
    const reader = readerWord(identity);
    const job: Job = {
      id: `s3/objects/${identity.key}/${bucket}/${prefix}`,
      pipeline: 's3',
      ...(identity.account === undefined ? {} : { account: identity.account }),
      kind: 's3-object',
      object: `s3://${bucket}/${prefix}`,
      lane: `s3/${identity.key}`,
      service: 's3',
      payload: {
        type: 'objects',
        bucket,
        prefix,
        ...(reader === undefined ? {} : { reader }),
        ...(ownerName === undefined ? {} : { ownerName }),
      },
    };
    return { job, run: (context) => sweepObjects(listed, context) };
  }

  async function revive(job: Job): Promise<PlannedJob> {
    const work = payload.parse(job.payload);
    if (work.type === 'buckets') {
      const account = await reviveAccount(work.account, reach);
      return { job, run: (context) => sweepBuckets(account, context) };
    }
    const identity = await reach.identity(work.reader);
    return { job, run: (context) => sweepObjects({ ...work, identity, ownerName: work.ownerName }, context) };
  }

  async function* sweepObjects(
    { bucket, prefix, identity, ownerName }: ListedBucket,
    { sweepTime, signal, answer }: JobContext,
  ): AsyncIterable<Emission> {
    // The reader's account stands in for the owner's: no call that a reader may make names the owner of a bucket.
    const account = identity.account ?? identity.key;
    const target = { reach, identity, bucket, prefix, account };
    let listing:
      | { readonly sweep: Sweep; readonly before: number; readonly encode: ReturnType<typeof s3ObjectEncoder> }
      | undefined;
    let seen = 0;
    for await (const { region, objects } of listObjects(target, signal)) {
      if (listing === undefined) {
        const sweep = { account, region, kind: 's3-object', scope: `${bucket}/${prefix}`, time: sweepTime };
        const encode = s3ObjectEncoder({ sweep, partition: identity.partition, bucket, accountName: ownerName });
        listing = { sweep, before: await countCurrent(sweep, answer), encode };
      }
      seen += objects.length;
      if (objects.length === 0) continue;
      const { object } = listing.encode;
      const documents = objects.flatMap((each) => (history === 'all' ? object(each) : object(each).slice(1)));
      yield { type: 'documents', documents };
    }
    // The listing is complete here: a failed page would have thrown.
    if (listing === undefined) return;
    const { sweep, before } = listing;
    const notice = await mayRetire({ before, seen, countAgain: () => countObjects(target, signal) });
    if (notice !== undefined) yield { type: 'problem', problem: { ...notice, where: { object: `s3://${bucket}/${prefix}` } } };
    yield { type: 'documents', documents: listing.encode.totals() };
    yield { type: 'retire', sweep };
  }

  return {
    name: 's3',
    concurrency: factsOf('s3').concurrency,
    async *plan(context) {
      if (source !== undefined) {
        const identity = await reach.identity();
        yield objectsJob({ ...source, identity, ownerName: undefined });
        return;
      }
      const [{ accounts, problems }, buckets] = await Promise.all([
        reach.accounts(S3_ACCOUNTS.file),
        reach.bucketTargets(S3_BUCKETS),
      ]);
      const listProblems = [...problems, ...buckets.problems];
      // One of the two lists is enough.
      const bothEmpty = listProblems.filter(({ code }) => code === 'empty').length === 2;
      for (const problem of listProblems) {
        context.report(problem.code === 'empty' && !bothEmpty ? { ...problem, severity: 'notice' } : problem);
      }
      const nothing = accounts.length === 0 && buckets.targets.length === 0;
      const known = nothing ? new Map<string, string>() : await accountNames(async () => reach)();
      // Accounts that only account_s3.txt names have their name from there.
      const names = new Map([...accounts.map(({ id, name }) => [id, name] as const), ...known]);
      for (const account of accounts) yield bucketsJob({ ...account, name: names.get(account.id) ?? account.name });
      for (const { bucket, prefix, identity } of buckets.targets) {
        yield objectsJob({ bucket, prefix, identity, ownerName: names.get(identity.account ?? '') });
      }
    },
    revive,
  };
}

async function countObjects(target: BucketPrefix, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const { objects } of listObjects(target, signal)) count += objects.length;
  return count;
}
