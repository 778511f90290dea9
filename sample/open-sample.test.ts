import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import * as backup from '@aws-sdk/client-backup';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import * as organizations from '@aws-sdk/client-organizations';
import * as rds from '@aws-sdk/client-rds';
import * as s3 from '@aws-sdk/client-s3';
import * as sts from '@aws-sdk/client-sts';
import { parse } from 'csv-parse/sync';
import { DAY_MS } from '../core/day-ms.ts';
import { openSample, type Sample } from './open-sample.ts';

const NOW = new Date('2026-11-21T08:30:00Z');
const sample = openSample({ now: NOW });

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const config = (region: string, credentials: Keys = sample.credentials, of: Sample = sample) => ({
  region,
  credentials,
  requestHandler: of.requestHandler as never,
  maxAttempts: 1,
});

async function assumeRole(account: string, of: Sample = sample): Promise<Keys> {
  const client = new sts.STSClient(config('us-east-1', of.credentials, of));
  const role = `arn:aws:iam::${account}:role/${of.roleName}`;
  const { Credentials } = await client.send(new sts.AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'test' }));
  assert.ok(Credentials?.AccessKeyId && Credentials.SecretAccessKey && Credentials.SessionToken && Credentials.Expiration);
  return { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey };
}

async function all<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

const accounts = (
  await all(organizations.paginateListAccounts({ client: new organizations.OrganizationsClient(config('us-east-1')) }, {}))
).flatMap((page) => page.Accounts ?? []);
const fact = (id: string) => {
  const found = sample.facts.find((one) => one.id === id);
  assert.ok(found, `no fact ${id}`);
  return found;
};
/** The account that a fact is about, and a client configuration for it. */
async function scene(id: string, region: string) {
  const account = fact(id).at.account ?? '';
  return { account, config: config(region, await assumeRole(account)) };
}
const storage = () => new s3.S3Client(config('eu-central-1'));
async function records(bucket: string, prefix: string): Promise<Record<string, unknown>[]> {
  const client = storage();
  const pages = await all(s3.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }));
  const read = pages
    .flatMap((page) => page.Contents ?? [])
    .map(async ({ Key }) => {
      const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: Key ?? '' }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      return (JSON.parse(gunzipSync(bytes).toString()) as { Records?: Record<string, unknown>[] }).Records ?? [];
    });
  return (await Promise.all(read)).flat();
}
const organisationId = async (): Promise<string> => {
  const client = new organizations.OrganizationsClient(config('us-east-1'));
  return (await client.send(new organizations.DescribeOrganizationCommand({}))).Organization?.Id ?? '';
};
async function events(account: string, region: string, day: string, folder = 'CloudTrail'): Promise<Record<string, unknown>[]> {
  const prefix = `AWSLogs/${await organisationId()}/${account}/${folder}/${region}/${day.replaceAll('-', '/')}/`;
  return records(sample.trails[0]?.bucket ?? '', prefix);
}
async function reportRow(account: string, user: string): Promise<Record<string, string>> {
  const client = new iam.IAMClient(config('us-east-1', await assumeRole(account)));
  const { State } = await client.send(new iam.GenerateCredentialReportCommand({}));
  assert.equal(State, 'COMPLETE');
  const { Content } = await client.send(new iam.GetCredentialReportCommand({}));
  const [head = '', ...rows] = Buffer.from(Content ?? [])
    .toString()
    .split('\n');
  const row = rows.map((line) => line.split(',')).find(([name]) => name === user);
  assert.ok(row, `no user ${user}`);
  return Object.fromEntries(head.split(',').map((name, at) => [name, row[at] ?? '']));
}
const daysAgo = (text: string): number => (NOW.getTime() - Date.parse(text)) / DAY_MS;

describe('the organisation', () => {
  test('has 40 active accounts and a suspended one, listed in pages', () => {
    assert.equal(accounts.filter(({ State }) => State === 'ACTIVE').length, 40);
    assert.equal(accounts.filter(({ Status }) => Status === 'SUSPENDED').length, 1);
    assert.equal(sample.accountCount, 40);
    assert.equal(new Set(accounts.map(({ Id }) => Id)).size, 41);
  });

  test('only the management account can list the accounts', async () => {
    const member = accounts.find(({ Id, State }) => Id !== sample.managementAccountId && State === 'ACTIVE')?.Id ?? '';
    const client = new organizations.OrganizationsClient(config('us-east-1', await assumeRole(member)));
    await assert.rejects(client.send(new organizations.ListAccountsCommand({})), { name: 'AccessDeniedException' });
  });

  test('answers which account the credentials of a call belong to', async () => {
    const member = accounts[5]?.Id ?? '';
    const identity = await new sts.STSClient(config('eu-west-1', await assumeRole(member))).send(
      new sts.GetCallerIdentityCommand({}),
    );
    assert.equal(identity.Account, member);
    assert.equal(
      (await new sts.STSClient(config('us-east-1')).send(new sts.GetCallerIdentityCommand({}))).Account,
      sample.managementAccountId,
    );
  });

  test('answers calls that it does not know with empty lists, and refuses foreign credentials', async () => {
    const { Fleets } = await new ec2.EC2Client(config('us-east-1')).send(new ec2.DescribeFleetsCommand({}));
    assert.deepEqual(Fleets ?? [], []);
    const dashboards = await new cloudwatch.CloudWatchClient(config('us-east-1')).send(new cloudwatch.ListDashboardsCommand({}));
    assert.deepEqual(dashboards.DashboardEntries ?? [], []);
    await assert.rejects(
      new ec2.EC2Client(config('us-east-1', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' })).send(
        new ec2.DescribeRegionsCommand({}),
      ),
    );
  });

  test('is the same for the same seed and hour, and differs for another seed', async () => {
    const listed = async (of: Sample): Promise<unknown> => {
      const client = new organizations.OrganizationsClient(config('us-east-1', of.credentials, of));
      const ids = (await client.send(new organizations.ListAccountsCommand({}))).Accounts?.map(({ Id }) => Id);
      const bucket = of.objects[0]?.bucket ?? '';
      const { Contents } = await new s3.S3Client(config('eu-west-1', of.credentials, of)).send(
        new s3.ListObjectsV2Command({ Bucket: bucket }),
      );
      return { ids, Contents };
    };
    const again = await listed(openSample({ now: new Date(NOW.getTime() + 20 * 60_000) }));
    assert.deepEqual(again, await listed(sample));
    assert.notDeepEqual(await listed(openSample({ seed: 2, now: NOW })), again);
  });
});

describe('the estate', () => {
  test('pages add up without duplicates, and all instance types exist', async () => {
    const account = accounts.find(({ Name }) => Name === 'data-lake-prod')?.Id ?? '';
    const client = new ec2.EC2Client(config('eu-west-1', await assumeRole(account)));
    const pages = await all(ec2.paginateDescribeInstances({ client }, {}));
    assert.ok(pages.length > 1, 'follows a page token');
    const instances = pages.flatMap(({ Reservations }) => Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    assert.equal(new Set(instances.map(({ InstanceId }) => InstanceId)).size, instances.length);
    const types = [...new Set(instances.flatMap(({ InstanceType }) => InstanceType ?? []))];
    const known = await client.send(new ec2.DescribeInstanceTypesCommand({ InstanceTypes: types }));
    assert.deepEqual(known.InstanceTypes?.map(({ InstanceType }) => InstanceType).sort(), types.sort());
    assert.ok(instances.every(({ LaunchTime }) => LaunchTime instanceof Date && LaunchTime <= NOW));
    const { NetworkInterfaces } = await client.send(new ec2.DescribeNetworkInterfacesCommand({}));
    assert.ok(NetworkInterfaces?.some(({ Attachment }) => Attachment?.InstanceId === instances[0]?.InstanceId));
  });

  test('alarms say when their state changed', async () => {
    const account = accounts.find(({ Name }) => Name === 'payments-prod')?.Id ?? '';
    const client = new cloudwatch.CloudWatchClient(config('eu-central-1', await assumeRole(account)));
    const { MetricAlarms = [] } = await client.send(new cloudwatch.DescribeAlarmsCommand({}));
    assert.ok(MetricAlarms.length > 0);
    assert.ok(MetricAlarms.every(({ StateUpdatedTimestamp }) => StateUpdatedTimestamp instanceof Date));
  });

  test('transit gateways are shared, and belong to one account', async () => {
    const { config: hub } = await scene('denied-region', 'eu-central-1');
    assert.deepEqual((await new ec2.EC2Client(hub).send(new ec2.DescribeTransitGatewaysCommand({}))).TransitGateways, []);
    const account = accounts.find(({ Name }) => Name === 'payments-prod')?.Id ?? '';
    const { TransitGateways } = await new ec2.EC2Client(config('eu-central-1', await assumeRole(account))).send(
      new ec2.DescribeTransitGatewaysCommand({}),
    );
    assert.equal(TransitGateways?.length, 1);
    assert.notEqual(TransitGateways?.[0]?.OwnerId, account);
  });
});

describe('the buckets', () => {
  test('list each object once in the order of keys, for any page size', async () => {
    const { bucket: Bucket = '' } = sample.objects[1] ?? {};
    const client = storage();
    const keys = async (size: number) =>
      (await all(s3.paginateListObjectsV2({ client, pageSize: size }, { Bucket })))
        .flatMap((page) => page.Contents ?? [])
        .map(({ Key }) => Key);
    const found = await keys(1_000);
    assert.ok(found.length > 4_000);
    assert.deepEqual(found, [...new Set(found)].sort());
    assert.deepEqual(await keys(999), found);
    const some = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'img/', Delimiter: '/' }));
    assert.ok((some.CommonPrefixes ?? []).every(({ Prefix }) => /^img\/\d{4}\/$/.test(Prefix ?? '')));
    assert.ok(some.CommonPrefixes?.length);
  });

  test('list the true sizes of objects that can be read', async () => {
    const client = storage();
    for (const { bucket: Bucket, prefix } of [...sample.trails, ...sample.billing]) {
      const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: 20 }));
      assert.ok(Contents.length > 10);
      for (const { Key = '', Size, ETag } of Contents) {
        const { Body, ETag: tag } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
        assert.equal((await Body?.transformToByteArray())?.byteLength, Size);
        assert.equal(tag, ETag);
      }
    }
  });

  test('belong to accounts and answer their region', async () => {
    const found = new Map<string, string>();
    for (const { Id = '', State } of accounts) {
      if (State !== 'ACTIVE') continue;
      const client = new s3.S3Client(config('us-east-1', await assumeRole(Id)));
      for (const { Name = '' } of (await client.send(new s3.ListBucketsCommand({}))).Buckets ?? []) found.set(Name, Id);
    }
    assert.ok(found.size > 50 && found.size < 80, `${found.size} buckets`);
    for (const { bucket, account } of [...sample.trails, ...sample.billing, ...sample.objects])
      assert.equal(found.get(bucket), account);
    const { LocationConstraint } = await storage().send(
      new s3.GetBucketLocationCommand({ Bucket: sample.trails[0]?.bucket ?? '' }),
    );
    assert.equal(LocationConstraint, 'eu-central-1');
  });

  test('an event keeps its id when later events of the day are added', async () => {
    const account = accounts.find(({ Name }) => Name === 'payments-prod')?.Id ?? '';
    const later = openSample({ now: new Date('2026-11-22T09:00:00Z') });
    const organisation = await organisationId();
    const today = async (of: Sample) => {
      const client = new s3.S3Client(config('eu-central-1', of.credentials, of));
      const Bucket = of.trails[0]?.bucket ?? '';
      const Prefix = `AWSLogs/${organisation}/${account}/CloudTrail/eu-central-1/2026/11/21/`;
      const { Contents } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix }));
      const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key: Contents?.[0]?.Key ?? '' }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      return (JSON.parse(gunzipSync(bytes).toString()) as { Records: { eventID: string }[] }).Records;
    };
    const morning = await today(sample);
    const whole = new Map((await today(later)).map((event) => [event.eventID, event]));
    assert.ok(morning.length > 3 && whole.size > morning.length);
    for (const event of morning) assert.deepEqual(whole.get(event.eventID), event);
  });

  test('hold the report of four months, the newest month in two deliveries', async () => {
    const { bucket: Bucket = '', prefix = '' } = sample.billing[0] ?? {};
    const client = storage();
    const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: prefix }));
    const manifests = Contents.flatMap(({ Key }) => (Key?.endsWith('-Manifest.json') ? Key : []));
    assert.equal(manifests.filter((key) => /\/\d{8}-\d{8}\/[^/]+$/.test(key)).length, 4);
    assert.equal(manifests.filter((key) => key.includes('/20261101-20261201/2026')).length, 2);
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key: manifests.at(-1) ?? '' }));
    const manifest = JSON.parse((await Body?.transformToString()) ?? '') as { reportKeys: string[]; columns: object[] };
    const keys = new Set(Contents.map(({ Key }) => Key));
    assert.ok(manifest.reportKeys.length > 0 && manifest.reportKeys.every((key) => keys.has(key)));
  });
});

/** Checks each planted fact in the answers; a fact without an entry here fails. */
const SHOWS: Readonly<Record<string, () => Promise<void>>> = {
  'unused-security-group': async () => {
    const client = new ec2.EC2Client((await scene('unused-security-group', 'eu-central-1')).config);
    const { SecurityGroups } = await client.send(new ec2.DescribeSecurityGroupsCommand({}));
    const id = SecurityGroups?.find(({ GroupName }) => GroupName === 'payments-migration-2023')?.GroupId;
    assert.ok(id);
    const interfaces = (await all(ec2.paginateDescribeNetworkInterfaces({ client }, {}))).flatMap(
      (page) => page.NetworkInterfaces ?? [],
    );
    assert.ok(interfaces.length > 10 && !interfaces.some(({ Groups }) => Groups?.some(({ GroupId }) => GroupId === id)));
  },
  'open-ssh': async () => {
    const client = new ec2.EC2Client((await scene('open-ssh', 'us-east-1')).config);
    const { SecurityGroups } = await client.send(new ec2.DescribeSecurityGroupsCommand({}));
    const open = SecurityGroups?.find(({ GroupName }) => GroupName === 'dev-ssh-from-anywhere');
    assert.equal(open?.IpPermissions?.[0]?.FromPort, 22);
    assert.equal(open?.IpPermissions?.[0]?.IpRanges?.[0]?.CidrIp, '0.0.0.0/0');
  },
  'inactive-administrator': async () => {
    const { account, config: place } = await scene('inactive-administrator', 'us-east-1');
    const row = await reportRow(account, 'd.keller');
    assert.deepEqual([row.password_enabled, row.mfa_active], ['true', 'false']);
    assert.ok(daysAgo(row.password_last_used ?? '') > 200);
    const { UserDetailList, GroupDetailList } = await new iam.IAMClient(place).send(
      new iam.GetAccountAuthorizationDetailsCommand({}),
    );
    const groups = UserDetailList?.find(({ UserName }) => UserName === 'd.keller')?.GroupList;
    const policies = GroupDetailList?.find(({ GroupName }) => groups?.includes(GroupName ?? ''))?.AttachedManagedPolicies;
    assert.equal(policies?.[0]?.PolicyName, 'AdministratorAccess');
  },
  'root-sign-in': async () => {
    const { account, day = '' } = fact('root-sign-in').at;
    const signIn = (await events(account ?? '', 'us-east-1', day)).find(
      (event) => (event.userIdentity as { type: string }).type === 'Root',
    );
    assert.equal(signIn?.eventName, 'ConsoleLogin');
    assert.equal((signIn?.additionalEventData as { MFAUsed: string } | undefined)?.MFAUsed, 'No');
  },
  'old-access-keys': async () => {
    const row = await reportRow(fact('old-access-keys').at.account ?? '', 'edi-gateway');
    for (const number of [1, 2]) {
      assert.equal(row[`access_key_${number}_active`], 'true');
      assert.ok(daysAgo(row[`access_key_${number}_last_rotated`] ?? '') > 730);
    }
  },
  'unencrypted-snapshot': async () => {
    const client = new ec2.EC2Client((await scene('unencrypted-snapshot', 'eu-central-1')).config);
    const snapshots = (await all(ec2.paginateDescribeSnapshots({ client }, { OwnerIds: ['self'] }))).flatMap(
      (page) => page.Snapshots ?? [],
    );
    const names = snapshots
      .filter(({ Encrypted }) => !Encrypted)
      .map(({ Tags }) => Tags?.find(({ Key }) => Key === 'Name')?.Value);
    assert.deepEqual(names, ['hr-fileserver-manual']);
  },
  'public-image': async () => {
    const client = new ec2.EC2Client((await scene('public-image', 'us-east-1')).config);
    const { Images } = await client.send(new ec2.DescribeImagesCommand({ Owners: ['self'] }));
    assert.deepEqual(
      Images?.filter(({ Public }) => Public).map(({ Name }) => Name),
      ['campaign-site-2019'],
    );
  },
  'stopped-instance': async () => {
    const client = new ec2.EC2Client((await scene('stopped-instance', 'eu-central-1')).config);
    const pages = await all(ec2.paginateDescribeInstances({ client }, {}));
    const stopped = pages
      .flatMap(({ Reservations }) => Reservations ?? [])
      .flatMap(({ Instances }) => Instances ?? [])
      .find(({ Tags }) => Tags?.some(({ Value }) => Value === 'orders-loadtest-2025'));
    assert.equal(stopped?.State?.Name, 'stopped');
    assert.ok(daysAgo(/\((\S+)/.exec(stopped?.StateTransitionReason ?? '')?.[1] ?? '') > 60);
  },
  'failing-backup': async () => {
    const { account = '', database } = fact('failing-backup').at;
    const home = 'eu-west-1';
    const client = new backup.BackupClient(config(home, await assumeRole(account)));
    const jobs = (await all(backup.paginateListBackupJobs({ client, pageSize: 10 }, {}))).flatMap(
      ({ BackupJobs }) => BackupJobs ?? [],
    );
    const ofIt = jobs.filter(({ ResourceName }) => ResourceName === database);
    assert.ok(ofIt.length > 10 && ofIt.every(({ State }) => State === 'FAILED'), `${ofIt.length} jobs`);
    assert.ok(jobs.some(({ State }) => State === 'COMPLETED'));
    const points = await all(backup.paginateListRecoveryPointsByBackupVault({ client }, { BackupVaultName: 'production' }));
    const kept = points.flatMap(({ RecoveryPoints }) => RecoveryPoints ?? []);
    assert.ok(kept.length > 0 && kept.every(({ ResourceName }) => ResourceName !== database));
  },
  'public-database': async () => {
    const client = new rds.RDSClient((await scene('public-database', 'us-east-1')).config);
    const { DBInstances } = await client.send(new rds.DescribeDBInstancesCommand({}));
    const found = DBInstances?.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === 'newsletter-legacy');
    assert.deepEqual([found?.PubliclyAccessible, found?.StorageEncrypted], [true, false]);
  },
  'cost-spike': async () => {
    const { account = '', day = '' } = fact('cost-spike').at;
    const cost = await costs(
      account,
      (row) => row['lineItem/UsageAccountId'] === account && row['lineItem/ProductCode'] === 'AmazonEC2',
    );
    const spike = cost.get(day) ?? 0;
    const others = [...cost].filter(([date]) => date !== day).map(([, amount]) => amount);
    assert.ok(others.length > 60 && spike > 6_981 && others.every((amount) => amount * 3 < spike), `${spike}`);
  },
  'denied-region': async () => {
    const { config: place } = await scene('denied-region', 'ap-southeast-2');
    await assert.rejects(new rds.RDSClient(place).send(new rds.DescribeDBInstancesCommand({})), {
      name: 'AccessDenied',
      message: /not authorized to perform: rds:DescribeDBInstances/,
    });
    const { Reservations } = await new ec2.EC2Client(place).send(new ec2.DescribeInstancesCommand({}));
    assert.ok(Array.isArray(Reservations));
  },
  'suspended-account': async () => {
    const { account } = fact('suspended-account').at;
    assert.equal(accounts.find(({ Id }) => Id === account)?.State, 'SUSPENDED');
    await assert.rejects(assumeRole(account ?? ''), { name: 'AccessDenied' });
  },
  'refused-burst': async () => {
    const { account = '', time = '' } = fact('refused-burst').at;
    const refused = (await events(account, 'eu-central-1', time.slice(0, 10))).filter(
      ({ sourceIPAddress }) => sourceIPAddress === '192.0.2.66',
    );
    assert.equal(refused.length, 180);
    assert.ok(refused.every(({ errorCode }) => errorCode === 'AccessDenied'));
    const insights = await events(account, 'eu-central-1', time.slice(0, 10), 'CloudTrail-Insight');
    assert.deepEqual(
      insights.map(({ eventType }) => eventType),
      ['AwsCloudTrailInsight', 'AwsCloudTrailInsight'],
    );
  },
  'forgotten-object': async () => {
    const { bucket: Bucket = '' } = fact('forgotten-object').at;
    const { Contents } = await storage().send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'experiments/' }));
    assert.equal(Contents?.length, 1);
    assert.equal(Contents?.[0]?.StorageClass, 'STANDARD');
    assert.ok((Contents?.[0]?.Size ?? 0) > 1.8 * 1024 ** 4);
  },
  'unused-nat-gateway': async () => {
    const { config: place } = await scene('unused-nat-gateway', 'eu-west-1');
    const { NatGateways } = await new ec2.EC2Client(place).send(new ec2.DescribeNatGatewaysCommand({}));
    const id = NatGateways?.find(({ Tags }) => Tags?.some(({ Value }) => Value === 'search-nat-unused'))?.NatGatewayId;
    assert.ok(id);
    const usages = new Set<string>();
    await costs(id, (row) => {
      if (row['lineItem/ResourceId']?.endsWith(id)) usages.add(row['lineItem/UsageType'] ?? '');
      return false;
    });
    assert.deepEqual([...usages], ['EU-NatGateway-Hours']);
  },
  'open-port-reached': async () => {
    const { account, address = '' } = fact('open-port-reached').at;
    const flows = await logLines(`AWSLogs/${account}/vpcflowlogs/`);
    assert.ok(flows.filter((line) => line.includes(` ${address} `) && / 22 6 .* ACCEPT OK .* ingress /.test(line)).length > 10);
  },
  'rejected-scan': async () => {
    const { account, address = '' } = fact('rejected-scan').at;
    const tried = (await logLines(`AWSLogs/${account}/vpcflowlogs/`)).filter((line) => line.includes(` ${address} `));
    assert.equal(new Set(tried.map((line) => line.split(' ')[6])).size, 120);
    assert.ok(tried.every((line) => line.includes(' REJECT ')));
  },
  'lost-flow-records': async () => {
    const lost = (await logLines(`AWSLogs/${fact('lost-flow-records').at.account}/vpcflowlogs/`)).filter((line) =>
      line.includes(' SKIPDATA '),
    );
    assert.equal(lost.length, 6);
    assert.equal(new Set(lost.map((line) => line.split(' ')[2])).size, 1);
  },
  'no-answer': async () => {
    const { account, target_group: group } = fact('no-answer').at;
    const failed = (await logLines(`AWSLogs/${account}/elasticloadbalancing/`)).filter((line) =>
      / -1 -1 -1 50[24] - /.test(line),
    );
    assert.ok(failed.length > 5 && failed.every((line) => line.includes(`:targetgroup/${group}/`)));
    assert.ok(failed.every((line) => /^h2 \S+T10:2\d:/.test(line)));
  },
  'slow-path': async () => {
    const { account, path = '' } = fact('slow-path').at;
    const slow = (await logLines(`AWSLogs/${account}/elasticloadbalancing/`)).filter((line) => line.includes(`${path}?`));
    const seconds = slow.map((line) => Number(line.split(' ')[6])).filter((time) => time >= 0);
    assert.ok(seconds.length > 3 && seconds.every((time) => time > 4));
  },
  'denied-requester': async () => {
    const { account, role } = fact('denied-requester').at;
    const refused = (await logLines(`s3-access/${account}/`)).filter((line) => line.includes(`assumed-role/${role}/`));
    assert.equal(refused.length, 60);
    assert.ok(refused.every((line) => line.includes(' 403 AccessDenied ')));
  },
  'anonymous-requests': async () => {
    const lines = await logLines(`s3-access/${fact('anonymous-requests').at.account}/`);
    const anonymous = lines.filter((line) => / \+0000\] \S+ - /.test(line));
    assert.ok(anonymous.length > 20 && anonymous.every((line) => line.includes(' 403 AccessDenied ')));
  },
  'guessed-passwords': async () => {
    const { address } = fact('guessed-passwords').at;
    const failed = (await logEvents('/var/log/messages')).filter(({ message }) => message.includes(`from ${address} port`));
    const night = failed.filter(({ message }) => / 04:\d\d:\d\d /.test(message));
    assert.ok(night.length > 0 && night.length % 60 === 0, String(night.length));
  },
  'out-of-memory': async () => {
    const killed = (await logEvents('/var/log/messages')).filter(({ message }) =>
      message.includes('Out of memory: Killed process'),
    );
    assert.deepEqual(
      killed.map(({ owner }) => owner),
      [fact('out-of-memory').at.account],
    );
  },
  'silent-host': async () => {
    const { account } = fact('silent-host').at;
    const last = new Map<string, number>();
    for (const { owner, stream, timestamp } of await logEvents('/var/log/messages'))
      if (owner === account) last.set(stream, Math.max(timestamp, last.get(stream) ?? 0));
    assert.ok([...last.values()].some((time) => NOW.getTime() - time > 2 * 3_600_000));
    assert.ok([...last.values()].some((time) => NOW.getTime() - time < 2 * 3_600_000));
  },
  'failed-deployment': async () => {
    const { account, service } = fact('failed-deployment').at;
    const lines = (await logEvents(`/ecs/${service}`)).filter(({ owner }) => owner === account);
    assert.ok(lines.some(({ message }) => message.includes('starting checkout 1.42.0')));
    const errors = lines.filter(({ message }) => message.includes('ledger did not answer'));
    assert.ok(errors.length > 20 && errors.every(({ timestamp }) => new Date(timestamp).getUTCHours() === 15));
  },
};

/** The objects of the service logs below a prefix, unpacked. */
async function logTexts(prefix: string): Promise<string[]> {
  const client = storage();
  const Bucket = sample.logs[0]?.bucket ?? '';
  const pages = await all(s3.paginateListObjectsV2({ client }, { Bucket, Prefix: prefix }));
  const texts: string[] = [];
  for (const { Key = '' } of pages.flatMap(({ Contents }) => Contents ?? [])) {
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    texts.push((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString());
  }
  return texts;
}
const logLines = async (prefix: string): Promise<string[]> =>
  (await logTexts(prefix)).flatMap((text) => text.trimEnd().split('\n'));

/** The events of a group of CloudWatch Logs. */
async function logEvents(group: string) {
  const records = (await logTexts('cloudwatch/')).flatMap(
    (text) => JSON.parse(`[${text.replaceAll('}{', '},{')}]`) as LogRecord[],
  );
  return records
    .filter(({ logGroup }) => logGroup === group)
    .flatMap(({ owner, logStream, logEvents: events }) => events.map((event) => ({ ...event, owner, stream: logStream })));
}
interface LogRecord {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly logEvents: readonly { readonly timestamp: number; readonly message: string }[];
}

let bill: Promise<string[]> | undefined;
/** The unblended cost per day of the chosen rows among those that contain a text: closed months, and the newest delivery of the current month. */
async function costs(text: string, choose: (row: Record<string, string>) => boolean): Promise<Map<string, number>> {
  bill ??= readBill();
  const days = new Map<string, number>();
  for (const part of await bill) {
    // Parsing the whole bill takes seconds.
    const [head = '', ...lines] = part.split('\n');
    const containing = lines.filter((line) => line.includes(text));
    for (const row of parse<Record<string, string>>([head, ...containing].join('\n'), { columns: true })) {
      if (!choose(row)) continue;
      const day = row['lineItem/UsageStartDate']?.slice(0, 10) ?? '';
      days.set(day, (days.get(day) ?? 0) + Number(row['lineItem/UnblendedCost']));
    }
  }
  return days;
}
/** The text of each part of the bill. */
async function readBill(): Promise<string[]> {
  const { bucket: Bucket = '', prefix = '' } = sample.billing[0] ?? {};
  const client = storage();
  const get = async (Key: string): Promise<Buffer> =>
    Buffer.from((await (await client.send(new s3.GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray()) ?? []);
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: prefix }));
  const parts: string[] = [];
  for (const { Key = '' } of Contents) {
    if (!/\/\d{8}-\d{8}\/[^/]+-Manifest\.json$/.test(Key)) continue;
    const { reportKeys } = JSON.parse((await get(Key)).toString()) as { reportKeys: string[] };
    for (const key of reportKeys) parts.push(gunzipSync(await get(key)).toString());
  }
  return parts;
}

describe('planted facts', () => {
  for (const { id, sentence } of sample.facts) {
    test(sentence, async () => {
      const shows = SHOWS[id];
      assert.ok(shows, `nothing checks the fact ${id}`);
      await shows();
    });
  }

  test('are the facts that docs/sample.md lists', async () => {
    const page = await readFile(new URL('../docs/sample.md', import.meta.url), 'utf8');
    const rows = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      );
    assert.deepEqual(
      rows,
      sample.facts.map(({ id, sentence, where }) => [`\`${id}\``, sentence, where]),
    );
  });
});
