import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateFlowLogsCommand,
  CreateImageCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateTransitGatewayCommand,
  DescribeImagesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { CreateDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds';
import pLimit from 'p-limit';
import { openReach } from '../aws/open-reach.ts';
import type { Reach } from '../aws/reach.ts';
import { kinds as allKinds } from '../collectors/inventory/registry.ts';
import type { JsonObject } from '../core/json.ts';
import { inventoryPipeline } from '../pipelines/inventory-pipeline.ts';
import { missing, need } from './support/needs.ts';
import { makeOrganisation, processEnv, type TestOrganisation } from './support/organisation.ts';
import { type PipelineResult, runPipeline } from './support/run-pipeline.ts';

/** Kinds whose calls moto does not have; `tests/inventory-kinds.test.ts` reads all kinds. */
const LACKING = ['backup-copy-job', 'backup-job', 'backup-restore-job', 'cloudwatch-alarm-history'];
const kinds = allKinds.filter(({ name }) => !LACKING.includes(name));
const REGIONS = ['eu-west-1', 'us-east-1'] as const;
const SWEEP_TIME = Date.UTC(2026, 10, 21, 8);

interface Body {
  '@timestamp': string;
  cloud: { account: { id: string; name: string }; region: string };
  resource: JsonObject & { type: string; id: string; key: string; arn?: string };
  aws: Record<string, Record<string, JsonObject>>;
  orgscope: { sweep: string };
  user: JsonObject & { name: string };
}

/** The resources that this test creates in one account and region; moto adds default groups and images. */
interface Made {
  readonly instance: string;
  readonly usedGroup: string;
  readonly unusedGroup: string;
}

describe('inventory of an organisation on moto', { skip: missing('MOTO_URL', 'AWS_CLI') }, () => {
  let organisation: TestOrganisation;
  let reach: Reach;
  let result: PipelineResult;
  let current: Body[];
  let users: Body[];
  const made = new Map<string, Made>();
  const find = (type: string, account: string, region: string) =>
    current.filter(({ resource, cloud }) => resource.type === type && cloud.account.id === account && cloud.region === region);

  before(async () => {
    organisation = await makeOrganisation(need('MOTO_URL'), 3);

    for (const account of organisation.memberIds) {
      for (const region of REGIONS) made.set(`${account}/${region}`, await furnish(organisation, account, region));
      await enlist(organisation, account);
    }
    Object.assign(process.env, organisation.env);
    const open = openReach({ lists: tmpdir(), env: process.env, organization: true });
    reach = { ...open, regions: async () => REGIONS };
    result = await runPipeline(inventoryPipeline({ reach, kinds, instanceEvents: false, wait: async () => {} }), {
      sweepTime: SWEEP_TIME,
    });
    const bodies = (index: string) =>
      result.documents.filter((document) => document.index === index).map((document) => parse(document.body));
    current = bodies('awscli-current');
    users = bodies('awsusers-000001');
  });
  after(() => reach?.close());

  test('every sweep of every account, region and kind completes', () => {
    assert.deepEqual(result.problems, []);
    assert.deepEqual(result.deadLetters, []);
    const global = kinds.filter((kind) => kind.scope === 'global').length;
    const alike = kinds.filter((kind) => kind.alike).length;
    const each = REGIONS.length * (kinds.length - global - alike) + global;
    // The management account is read too, directly.
    assert.equal(result.jobs.length, (organisation.memberIds.length + 1) * each + REGIONS.length * alike);
    assert.equal(result.sweeps.length, result.jobs.length);
    assert.ok(result.sweeps.every((sweep) => sweep.time === SWEEP_TIME));
  });

  test('each account shows what it has, and nothing of another', () => {
    for (const account of organisation.memberIds) {
      for (const region of REGIONS) {
        const count = (type: string) => find(type, account, region).length;
        assert.equal(count('ec2-instance'), 1);
        assert.equal(count('rds-instance'), 1);
        assert.equal(count('ec2-image'), 1);
        assert.ok(count('ec2-snapshot') >= 1);
        assert.equal(count('ec2-internet-gateway'), 1);
        assert.equal(count('ec2-nat-gateway'), 1);
        const [flowLog] = find('ec2-flow-log', account, region);
        assert.equal(flowLog?.resource.log_group, '/flows');
        assert.match(String(flowLog?.resource.log_format), /^\$\{version\} \$\{account-id\} /);
        assert.equal(count('ec2-transit-gateway'), 1);
        assert.equal(count('cloudwatch-alarm'), 1);
        assert.ok(count('ec2-security-group') >= 3, 'the two of this test and the default one');
        for (const { resource } of find('ec2-instance', account, region)) {
          assert.equal(resource.arn, `arn:aws:ec2:${region}:${account}:instance/${resource.id}`);
        }
      }
    }
    const keys = current.map(({ resource }) => resource.key);
    assert.equal(new Set(keys).size, keys.length);
  });

  test('an instance has its reservation, its tags, and the vCPUs and memory of its type', () => {
    for (const account of organisation.memberIds) {
      const [instance] = find('ec2-instance', account, 'eu-west-1');
      assert.ok(instance);
      const { resource } = instance;
      assert.equal(resource.instance_type, 'm5.large');
      assert.equal(resource.vcpus, 2);
      assert.equal(resource.memory_mib, 8192);
      assert.equal(resource.name, 'web');
      assert.deepEqual(resource.tag_pairs, ['Name=web', 'dotted.key=x=y']);
      assert.match(String(instance.aws.ec2?.instance?.ReservationId), /^r-/);
    }
  });

  test('a database has the vCPUs and memory of the EC2 type of its class', () => {
    const [database] = find('rds-instance', organisation.memberIds[0] as string, 'us-east-1');
    assert.equal(database?.resource.vcpus, 2);
    assert.equal(database?.resource.memory_mib, 8192);
  });

  test('a security group names the resources that use it', () => {
    for (const account of organisation.memberIds) {
      for (const region of REGIONS) {
        const { instance, usedGroup, unusedGroup } = made.get(`${account}/${region}`) as Made;
        const group = (id: string) =>
          find('ec2-security-group', account, region).find(({ resource }) => resource.id === id)?.resource;
        assert.equal(group(usedGroup)?.connected, true);
        assert.deepEqual(group(usedGroup)?.connected_to, [instance]);
        assert.deepEqual(group(usedGroup)?.connected_services, ['ec2']);
        assert.equal(group(unusedGroup)?.connected, false);
        assert.deepEqual(group(unusedGroup)?.connected_to, []);
      }
    }
  });

  test('users come from the credential report, administrators from groups and policies of the account', () => {
    for (const account of organisation.memberIds) {
      const own = users.filter(({ cloud }) => cloud.account.id === account);
      assert.deepEqual(own.map(({ user }) => user.name).sort(), ['admin', 'reader']);
      const user = (name: string) => own.find((each) => each.user.name === name)?.user;
      assert.equal(user('admin')?.administrator, true);
      assert.equal(user('reader')?.administrator, false);
      assert.deepEqual((user('reader')?.access_key_1 as JsonObject | undefined)?.active, true);
      assert.equal(user('admin')?.active_access_keys, 0);
      assert.equal(find('iam-credential-report', account, 'global').length, 2);
    }
  });

  test('each resource is in the history of the day with an id of this sweep, and in the current state with the time of the sweep as version', () => {
    const history = result.documents.filter((document) => document.index === 'awscli-2026.11.21');
    assert.equal(history.length, current.length);
    for (const document of history) {
      assert.equal(document.operation, 'create');
      assert.ok(document.id.endsWith('@2026-11-21T08:00:00.000Z') || document.id.length === 43);
    }
    for (const document of result.documents.filter(({ index }) => index === 'awscli-current')) {
      assert.equal(document.operation, 'replace');
      assert.equal(document.version, SWEEP_TIME);
    }
  });

  /** The kinds whose records are compared in every account and region; other kinds are compared in one. */
  const EVERYWHERE = ['ec2-instance', 'ec2-security-group', 'rds-instance'];
  const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
    'ec2-image': ['--owners', 'self'],
    'ec2-snapshot': ['--owner-ids', 'self'],
    'cloudwatch-alarm': ['--alarm-types', 'MetricAlarm', 'CompositeAlarm'],
  };

  /** Further kinds of which the test or moto creates resources, and which one call without parents lists. */
  const COMPARED = [
    'cloudwatch-alarm',
    'ec2-image',
    'ec2-internet-gateway',
    'ec2-nat-gateway',
    'ec2-network-interface',
    'ec2-route-table',
    'ec2-security-group-rule',
    'ec2-snapshot',
    'ec2-subnet',
    'ec2-transit-gateway',
    'ec2-volume',
    'ec2-vpc',
  ];

  test('every record equals, field by field, what the AWS CLI prints from the same server', async () => {
    const limit = pLimit(2);
    const compared = await Promise.all(
      organisation.memberIds.flatMap((account, index) =>
        REGIONS.flatMap((region) =>
          kinds
            .filter(({ name }) => EVERYWHERE.includes(name) || (COMPARED.includes(name) && index === 0 && region === 'eu-west-1'))
            .map((kind) =>
              limit(async () => {
                const printed = await cli(organisation, account, region, [
                  ...kind.command.split(' '),
                  ...(ARGUMENTS[kind.name] ?? []),
                ]);
                // The instance is the one record that carries a member of its parent.
                const expected =
                  kind.name === 'ec2-instance'
                    ? (printed.Reservations as JsonObject[]).flatMap(({ Instances, ReservationId }) =>
                        (Instances as JsonObject[]).map((instance) => ({ ...instance, ReservationId })),
                      )
                    : (Object.values(printed).filter(Array.isArray).flat() as JsonObject[]);
                const [service, thing] = kind.recordField.slice('aws.'.length).split('.') as [string, string];
                const found = find(kind.name, account, region).map(({ aws }) => aws[service]?.[thing]);
                assert.ok(expected.length > 0, `${kind.name} in ${region} of ${account}: the CLI shows none`);
                assert.deepEqual(sorted(found), sorted(expected), `${kind.name} in ${region} of ${account}`);
                return expected.length;
              }),
            ),
        ),
      ),
    );
    assert.equal(compared.length, 2 * 3 * EVERYWHERE.length + COMPARED.length);
  });
});

const parse = (body: Uint8Array): Body => JSON.parse(Buffer.from(body).toString());

/** Dates are compared as instants: the CLI's first version prints them as they came (CloudWatch's as seconds), the second with an offset. */
function sorted(records: readonly unknown[]): unknown[] {
  const instants = (value: unknown): unknown => {
    if (typeof value === 'string') {
      // A Date holds milliseconds, to which the SDK rounds; moto prints microseconds.
      const [, second, fraction = '0', zone] = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-].*)$/.exec(value) ?? [];
      return second === undefined ? value : `instant ${Date.parse(second + zone) + Math.round(Number(fraction) * 1000)}`;
    }
    if (Array.isArray(value)) return value.map(instants);
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      entries.map(([key, member]) => [
        key,
        // moto answers with the time of the request, as AWS does.
        key === 'LatestRestorableTime' && typeof member === 'string' && !Number.isNaN(Date.parse(member))
          ? 'instant'
          : typeof member === 'number' && key.endsWith('Timestamp')
            ? `instant ${Math.round(member * 1000)}`
            : instants(member),
      ]),
    );
  };
  return records.map(instants).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const run = promisify(execFile);

/** The address is given as an argument: for RDS in us-east-1 the CLI's first version overlooks AWS_ENDPOINT_URL. */
async function cli(
  organisation: TestOrganisation,
  account: string,
  region: string,
  args: readonly string[],
): Promise<JsonObject> {
  const { stdout } = await run(
    need('AWS_CLI'),
    [...args, '--region', region, '--endpoint-url', need('MOTO_URL'), '--output', 'json'],
    {
      env: { PATH: process.env.PATH ?? '', ...processEnv(need('MOTO_URL'), await organisation.keysOf(account), region) },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return JSON.parse(stdout) as JsonObject;
}

async function furnish(organisation: TestOrganisation, account: string, region: string): Promise<Made> {
  const config = await organisation.config(account, region);
  const ec2 = new EC2Client(config);
  const rds = new RDSClient(config);
  const cloudwatch = new CloudWatchClient(config);
  try {
    const { Images } = await ec2.send(
      new DescribeImagesCommand({ Owners: ['amazon'], Filters: [{ Name: 'architecture', Values: ['x86_64'] }] }),
    );
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    const SubnetId = Subnets?.[0]?.SubnetId as string;
    const group = async (GroupName: string) =>
      (
        await ec2.send(
          new CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId: Subnets?.[0]?.VpcId as string }),
        )
      ).GroupId as string;
    const [usedGroup, unusedGroup] = [await group('used'), await group('unused')];
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: Images?.[0]?.ImageId as string,
        InstanceType: 'm5.large',
        MinCount: 1,
        MaxCount: 1,
        SubnetId,
        SecurityGroupIds: [usedGroup],
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'Name', Value: 'web' },
              { Key: 'dotted.key', Value: 'x=y' },
            ],
          },
        ],
      }),
    );
    const instance = Instances?.[0]?.InstanceId as string;
    const volume = Instances?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId as string;
    await Promise.all([
      ec2.send(new CreateImageCommand({ InstanceId: instance, Name: 'base' })),
      ec2.send(new CreateSnapshotCommand({ VolumeId: volume, Description: 'by hand' })),
      ec2.send(new CreateInternetGatewayCommand({})),
      ec2.send(
        new CreateFlowLogsCommand({
          ResourceIds: [Subnets?.[0]?.VpcId as string],
          ResourceType: 'VPC',
          TrafficType: 'ALL',
          LogGroupName: '/flows',
          DeliverLogsPermissionArn: `arn:aws:iam::${account}:role/flows`,
        }),
      ),
      ec2.send(new CreateNatGatewayCommand({ SubnetId, ConnectivityType: 'private' })),
      ec2.send(new CreateTransitGatewayCommand({ Description: 'hub' })),
      rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: 'orders',
          DBInstanceClass: 'db.m5.large',
          Engine: 'postgres',
          AllocatedStorage: 20,
          MasterUsername: 'root',
          MasterUserPassword: 'not-a-secret',
        }),
      ),
      cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName: 'cpu',
          Namespace: 'AWS/EC2',
          MetricName: 'CPUUtilization',
          Statistic: 'Average',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 80,
          ComparisonOperator: 'GreaterThanThreshold',
        }),
      ),
    ]);
    return { instance, usedGroup, unusedGroup };
  } finally {
    for (const client of [ec2, rds, cloudwatch]) client.destroy();
  }
}

/** A user with a key, and one who is an administrator by the policy of a group. */
async function enlist(organisation: TestOrganisation, account: string): Promise<void> {
  const iam = new IAMClient(await organisation.config(account, 'us-east-1'));
  try {
    await iam.send(new CreateUserCommand({ UserName: 'reader' }));
    await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
    await iam.send(new CreateUserCommand({ UserName: 'admin' }));
    await iam.send(new CreateGroupCommand({ GroupName: 'admins' }));
    const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['*'], Resource: '*' } };
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'everything', PolicyDocument: JSON.stringify(document) }),
    );
    await iam.send(new AttachGroupPolicyCommand({ GroupName: 'admins', PolicyArn: Policy?.Arn as string }));
    await iam.send(new AddUserToGroupCommand({ GroupName: 'admins', UserName: 'admin' }));
  } finally {
    iam.destroy();
  }
}
