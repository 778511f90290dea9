import { setTimeout as sleep } from 'node:timers/promises';
import * as ec2Sdk from '@aws-sdk/client-ec2';
import * as organizationsSdk from '@aws-sdk/client-organizations';
import * as rdsSdk from '@aws-sdk/client-rds';
import * as stsSdk from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { WireHandler } from '../../aws/reach.ts';
import { accessKeyOf, type Call, page, readCall } from '../../sample/wire/read-call.ts';
import { errorResponse, makeService, type Service, WireError } from '../../sample/wire/service.ts';

export interface BigOrganization {
  readonly requestHandler: WireHandler;
  /** The keys of the management account, which is also a member account. */
  readonly credentials: AwsCredentialIdentity;
  /** The account that has all the snapshots, in one region. */
  readonly bigAccount: string;
  readonly calls: {
    answered: number;
    throttled: number;
    mostAtOnce: number;
    /** The times of the last answers to this account and to any other account. */
    lastOfBigAccount: number;
    lastOfOthers: number;
  };
}

/**
 * A stand-in for AWS's side of the network: an organisation of many accounts, nearly all of them empty, which answers each request
 * after `latencyMs` and throttles as EC2 does, by a token bucket for each account, region and API.
 */
export function bigOrganization(options: {
  accounts: number;
  snapshots: number;
  latencyMs: number;
  /** The calls a second that other programs of the big account leave to orgscope: fewer than one reader alone would make. */
  leftPerSecond: number;
}): BigOrganization {
  const { accounts, snapshots, latencyMs, leftPerSecond } = options;
  const inUse: Bucket = { burst: 2, perSecond: leftPerSecond };
  const calls = { answered: 0, throttled: 0, mostAtOnce: 0, lastOfBigAccount: 0, lastOfOthers: 0 };
  let atOnce = 0;
  const ids = Array.from({ length: accounts }, (_, index) => String(100_000_000_000 + index));
  const [management = '', bigAccount = ''] = ids;
  const admits = tokenBuckets((account) => (account === bigAccount ? inUse : BUCKET));
  /** Every tenth account has resources, in the first regions. */
  const few = ({ account, region }: Call): number => (Number(account) % 10 === 0 && REGIONS.indexOf(region) < 2 ? 3 : 0);
  const items = <Item>(call: Call, item: (number: number) => Item): Item[] =>
    Array.from({ length: few(call) }, (_, number) => item(number));
  const idOf = (prefix: string, { account }: Call, number: number): string =>
    `${prefix}-0${account}${String(number).padStart(6, '0')}`;

  const services: Readonly<Record<string, Service>> = {
    organizations: makeService(organizationsSdk, 'json', {
      ListAccounts: ({ json }) => {
        const { items: listed, next } = page(ids, json.NextToken, undefined, 20);
        return {
          Accounts: listed.map((id) => ({ Id: id, Name: `account ${id}`, State: organizationsSdk.AccountState.ACTIVE })),
          ...(next === undefined ? {} : { NextToken: next }),
        };
      },
    }),
    sts: makeService(stsSdk, 'query', {
      GetCallerIdentity: ({ account }) => ({ Account: account, Arn: `arn:aws:iam::${account}:user/admin`, UserId: 'U' }),
      AssumeRole: ({ parameters }) => {
        const account = parameters.get('RoleArn')?.split(':')[4] ?? '';
        return {
          Credentials: {
            AccessKeyId: accessKeyOf(account, 'ASIA'),
            SecretAccessKey: `secret of ${account}`,
            SessionToken: 'token',
            Expiration: new Date(Date.now() + 3_600_000),
          },
        };
      },
    }),
    ec2: makeService(ec2Sdk, 'ec2', {
      DescribeRegions: () => ({ Regions: REGIONS.map((name) => ({ RegionName: name, OptInStatus: 'opt-in-not-required' })) }),
      DescribeVolumes: (call) => ({
        Volumes: items(call, (number) => ({
          VolumeId: idOf('vol', call, number),
          Size: 8,
          State: ec2Sdk.VolumeState.in_use,
          VolumeType: ec2Sdk.VolumeType.gp3,
        })),
      }),
      DescribeAddresses: (call) => ({
        Addresses: items(call, (number) => ({ AllocationId: idOf('eipalloc', call, number), PublicIp: '203.0.113.10' })),
      }),
      DescribeVpcs: (call) => ({
        Vpcs: items(call, (number) => ({ VpcId: idOf('vpc', call, number), OwnerId: call.account, CidrBlock: '10.0.0.0/16' })),
      }),
      DescribeSubnets: (call) => ({
        Subnets: items(call, (number) => ({ SubnetId: idOf('subnet', call, number), OwnerId: call.account })),
      }),
      DescribeSnapshots: (call) => {
        if (call.account !== bigAccount || call.region !== REGIONS[0]) return { Snapshots: [] };
        const { parameters } = call;
        const start = Number(parameters.get('NextToken') ?? 0);
        const end = Math.min(start + Number(parameters.get('MaxResults') ?? 1000), snapshots);
        return {
          Snapshots: Array.from({ length: end - start }, (_, index) => ({
            SnapshotId: idOf('snap', call, start + index),
            OwnerId: call.account,
            VolumeId: idOf('vol', call, (start + index) % 1000),
            VolumeSize: 8,
            Encrypted: true,
            State: ec2Sdk.SnapshotState.completed,
            Progress: '100%',
            StartTime: new Date(1_790_000_000_000 - (start + index) * 60_000),
            Description: 'Created for policy: nightly',
            Tags: [
              { Key: 'Name', Value: 'nightly' },
              { Key: 'team', Value: 'orders' },
            ],
          })),
          ...(end < snapshots ? { NextToken: String(end) } : {}),
        };
      },
    }),
    rds: makeService(rdsSdk, 'query', { DescribeDBInstances: () => ({ DBInstances: [] }) }),
  };

  return {
    credentials: { accessKeyId: accessKeyOf(management, 'AKIA'), secretAccessKey: 'secret' },
    bigAccount,
    calls,
    requestHandler: {
      async handle(request) {
        const call = readCall(request);
        const service = services[call?.service ?? ''];
        if (call === undefined || service === undefined) throw new Error(`the stand-in does not answer ${request.hostname}`);
        atOnce += 1;
        calls.mostAtOnce = Math.max(calls.mostAtOnce, atOnce);
        await sleep(latencyMs);
        atOnce -= 1;
        calls[call.account === bigAccount ? 'lastOfBigAccount' : 'lastOfOthers'] = performance.now();
        if (call.service === 'ec2' && !admits(call)) {
          calls.throttled += 1;
          return { response: errorResponse('ec2', LIMIT_EXCEEDED, 'id') };
        }
        calls.answered += 1;
        return { response: service(call, 'id') };
      },
    },
  };
}

const LIMIT_EXCEEDED = new WireError(503, 'RequestLimitExceeded', 'Request limit exceeded.');

interface Bucket {
  readonly burst: number;
  readonly perSecond: number;
}

/** Non-mutating calls, with filter or pages: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
const BUCKET: Bucket = { burst: 100, perSecond: 20 };

function tokenBuckets(bucketOf: (account: string) => Bucket): (call: Call) => boolean {
  const buckets = new Map<string, { left: number; at: number }>();
  const refilled = ({ left, at }: { left: number; at: number }, { burst, perSecond }: Bucket, now: number): number =>
    Math.min(burst, left + ((now - at) / 1000) * perSecond);
  return ({ account, region, action }) => {
    const now = performance.now();
    const bucket = bucketOf(account);
    // Full buckets are forgotten: half a million of them would add to the memory that is measured.
    if (buckets.size > 5_000)
      for (const [key, each] of buckets) if (refilled(each, BUCKET, now) === BUCKET.burst) buckets.delete(key);
    const key = `${account} ${region} ${action}`;
    const known = buckets.get(key);
    const left = known === undefined ? bucket.burst : refilled(known, bucket, now);
    buckets.set(key, { left: left < 1 ? left : left - 1, at: now });
    return left >= 1;
  };
}

/** The regions that need no opt-in. */
const REGIONS = [
  'eu-west-1',
  'us-east-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];
