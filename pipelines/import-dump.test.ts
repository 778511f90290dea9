import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { OrgscopeError } from '../core/problem.ts';
import { conformance, missingConformance } from '../tests/support/needs.ts';
import { runPipeline } from '../tests/support/run-pipeline.ts';
import { type ImportOptions, importDump, importPipeline } from './import-dump.ts';

const TIME = Date.UTC(2026, 10, 21);
const kindOf = (name: string): ResourceKind => kinds.find((kind) => kind.name === name) ?? assert.fail(`no kind ${name}`);

interface Body {
  readonly cloud: { readonly account: { readonly id: string }; readonly region: string };
  readonly resource: JsonObject;
  readonly aws: JsonObject;
  readonly user: JsonObject;
}

function load(kind: string, value: unknown, options: Omit<ImportOptions, 'kind'> = {}, index = 'awscli-current'): Body[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return importDump({ kind: kindOf(kind), text, name: 'dump.json', time: TIME, ...options })
    .documents.filter((document) => document.index === index)
    .map(({ body }) => JSON.parse(Buffer.from(body).toString()) as Body);
}
const problem = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof OrgscopeError && error.code === code && error.where.file === 'dump.json' && message.test(error.message);

const INSTANCES = {
  Reservations: [
    {
      ReservationId: 'r-1',
      OwnerId: '111111111111',
      Instances: [
        { InstanceId: 'i-1', Placement: { AvailabilityZone: 'us-gov-west-1a' } },
        { InstanceId: 'i-2', Placement: { AvailabilityZone: 'us-gov-west-1b' } },
      ],
    },
  ],
};

test('account, region and partition are found in the dump, and an instance keeps its reservation', () => {
  const bodies = load('ec2-instance', INSTANCES);
  assert.deepEqual(
    bodies.map(({ resource }) => resource.arn),
    ['i-1', 'i-2'].map((id) => `arn:aws-us-gov:ec2:us-gov-west-1:111111111111:instance/${id}`),
  );
  assert.deepEqual((bodies[0]?.aws.ec2 as JsonObject | undefined)?.instance, {
    ...INSTANCES.Reservations[0]?.Instances[0],
    ReservationId: 'r-1',
  });
});

test('outputs in an array keep their own accounts; items in arrays are read however deep', () => {
  const other = { Reservations: [{ ...INSTANCES.Reservations[0], OwnerId: '222222222222' }] };
  assert.deepEqual(
    load('ec2-instance', [INSTANCES, other]).map(({ cloud }) => cloud.account.id),
    ['111111111111', '111111111111', '222222222222', '222222222222'],
  );
  const items = INSTANCES.Reservations.map(({ Instances }) => Instances);
  assert.equal(load('ec2-instance', items, { account: '333333333333' })[1]?.cloud.account.id, '333333333333');
  assert.deepEqual(load('ec2-instance', { Reservations: [] }), []);
});

test("a local zone and a zone of another partition give their region; the dump's own word wins over the options", () => {
  const at = (zone: string) => {
    const instance = { InstanceId: 'i-1', Placement: { AvailabilityZone: zone } };
    return load('ec2-instance', [instance], { account: '111111111111', region: 'eu-west-1' })[0]?.cloud.region;
  };
  assert.equal(at('us-west-2-lax-1a'), 'us-west-2');
  assert.equal(at('cn-north-1b'), 'cn-north-1');
});

test('an account and region that the dump does not name must be given', () => {
  const image = { Images: [{ ImageId: 'ami-1', OwnerId: '111111111111' }] };
  assert.throws(() => load('ec2-image', image), problem('usage', /do not name their region\./));
  assert.throws(() => load('ec2-image', [{ ImageId: 'ami-1' }]), problem('usage', /do not name their account and region\./));
  assert.equal(load('ec2-image', image, { region: 'cn-north-1' })[0]?.resource.arn, 'arn:aws-cn:ec2:cn-north-1::image/ami-1');
});

test('the ARN of the API names account, region and partition', () => {
  const arn = 'arn:aws-cn:rds:cn-north-1:111111111111:db:orders';
  const [body] = load('rds-instance', { DBInstances: [{ DBInstanceIdentifier: 'orders', DBInstanceArn: arn }] });
  assert.deepEqual(body?.cloud.account, { id: '111111111111' });
  assert.equal(body?.cloud.region, 'cn-north-1');
  assert.equal(body?.resource.key, arn);
});

test('dates in seconds, as version 1 of the CLI prints them, become dates', () => {
  const alarm = {
    AlarmName: 'a',
    AlarmArn: 'arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a',
    StateUpdatedTimestamp: 1795251057.473,
  };
  assert.equal(load('cloudwatch-alarm', { MetricAlarms: [alarm] })[0]?.resource.state_updated, '2026-11-21T08:50:57.473Z');
});

test('a credential report becomes users', () => {
  const csv = 'user,arn,user_creation_time,mfa_active\nann,arn:aws:iam::111111111111:user/ann,2026-01-01T00:00:00+00:00,true\n';
  const report = { Content: Buffer.from(csv).toString('base64'), ReportFormat: 'text/csv' };
  const [body] = load('iam-credential-report', report, {}, 'awsusers-000001');
  assert.deepEqual([body?.cloud.account.id, body?.user.name, body?.user.mfa_active], ['111111111111', 'ann', true]);
  const wider = `user,arn,additional_credentials_info,new_column\nann,arn:aws:iam::111111111111:user/ann,"1 key, see ListAccessKeys",x,and,more\n`;
  const [more] = load('iam-credential-report', { Content: Buffer.from(wider).toString('base64') }, {}, 'awsusers-000001');
  assert.equal(more?.user.additional_credentials_info, '1 key, see ListAccessKeys');
});

test('a file that is no dump of the kind is one clear message', () => {
  assert.throws(() => load('ec2-instance', '{"Reservations": ['), problem('malformed', /is not JSON/));
  assert.throws(() => load('ec2-instance', { Volumes: [] }), problem('malformed', /Reservations is absent/));
  assert.throws(
    () => load('ec2-instance', [{ Name: 'instance-type', Values: ['t3.micro'] }]),
    problem('malformed', /does not hold ec2-instance/),
  );
});

test("a dump without resources gives the reason: an empty list is a notice, content that can't be used is a failure", () => {
  const imported = (kind: string, value: unknown) => {
    const text = JSON.stringify(value);
    const { documents, problems } = importDump({
      kind: kindOf(kind),
      text,
      name: 'dump.json',
      time: TIME,
      account: '1',
      region: 'x',
    });
    return [documents.length, ...problems.map(({ severity, message }) => `${severity}: ${message}`)];
  };
  const empty = 'notice: dump.json holds no ec2-instance: its list is empty';
  assert.deepEqual(imported('ec2-instance', { Reservations: [] }), [0, empty]);
  assert.deepEqual(imported('ec2-instance', { Reservations: [{ Instances: [] }] }), [0, empty]);
  assert.deepEqual(imported('ec2-instance', []), [0, empty]);
  // `--attribute-names` without QueueArn.
  assert.deepEqual(imported('sqs-queue', { Attributes: { DelaySeconds: '0' } }), [
    0,
    'failed: dump.json: its records have no QueueArn, which identifies the sqs-queue',
  ]);
  const volumes = { Volumes: [{ VolumeId: 'vol-1' }, { Size: 8 }, { VolumeId: '' }] };
  assert.deepEqual(imported('ec2-volume', volumes), [
    2,
    'failed: dump.json: 2 of its 3 records have no VolumeId, which identifies the ec2-volume',
  ]);
  const noColumn = { Content: Buffer.from('name,arn\nann,x\n').toString('base64') };
  assert.match(String(imported('iam-credential-report', noColumn)[1]), /^failed: .* no user,/);
});

test('every kind reports a value of another type as malformed, neither as an empty list nor as a defect of orgscope', () => {
  for (const kind of kinds) {
    for (const member of Object.keys(kind.example)) {
      for (const value of [null, 1, 'x', true, [null], [1], [[]], {}, { x: 1 }]) {
        const text = JSON.stringify({ ...kind.example, [member]: value });
        try {
          const { documents, problems } = importDump({ kind, text, name: 'dump.json', time: TIME, account: '1', region: 'x' });
          assert.ok(documents.length > 0 || problems.length > 0, `${kind.name}: ${text}`);
        } catch (error) {
          assert.ok(error instanceof OrgscopeError && error.code !== 'unexpected', `${kind.name}: ${text}: ${error}`);
        }
      }
    }
  }
});

test('a dump in the encodings of PowerShell is read; an empty or binary one is refused with that reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-import-'));
  const text = JSON.stringify({ Volumes: [{ VolumeId: 'vol-1', Tags: [{ Key: 'Größe', Value: '1' }] }] });
  const files: Readonly<Record<string, Buffer>> = {
    'utf-8.json': Buffer.from(`\uFEFF${text}`),
    'utf-16.json': Buffer.from(`\uFEFF${text}`, 'utf16le'),
    'utf-16-big.json': Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
    'empty.json': Buffer.from('\r\n'),
    'binary.json': Buffer.from([1, 2, 0, 3]),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const paths = Object.keys(files).map((name) => join(folder, name));
  const { problems, emissions } = await runPipeline(
    importPipeline({ kind: kindOf('ec2-volume'), files: paths, account: '111111111111', region: 'eu-west-1' }),
  );
  rmSync(folder, { recursive: true });
  const bodies = emissions.flatMap((emission) => (emission.type === 'documents' ? emission.documents : []));
  assert.equal(bodies.filter(({ body }) => Buffer.from(body).includes('Größe')).length, 6, 'history and current state of three');
  assert.deepEqual(
    problems.map(({ code, message }) => [code, /is empty|zero bytes/.exec(message)?.[0]]),
    [
      ['malformed', 'is empty'],
      ['malformed', 'zero bytes'],
    ],
  );
});

test('an import never retires; a file that is not there fails alone', async () => {
  const pipeline = importPipeline({ kind: kindOf('ec2-instance'), files: ['/nowhere.json'] });
  const { problems, emissions } = await runPipeline(pipeline);
  assert.deepEqual(emissions, []);
  assert.equal(problems[0]?.code, 'missing');
  assert.equal(problems[0]?.where.file, '/nowhere.json');
});

/** Samples of the AWS CLI's own documentation that hold no records of their kind, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  'ec2/describe-instances.2.json': 'filters that the call takes, and not what it prints',
  'ec2/describe-security-groups.1.json': 'the --query renames GroupId to ID',
  'ec2/describe-volumes.1.json': 'the --query renames VolumeId to ID',
};

/** One of another command that shows the same records. */
const ALIKE: Readonly<Record<string, string>> = { 'aws cloudwatch describe-alarms-for-metric': 'cloudwatch-alarm' };

const CREATED = /^((Cluster)?Creat(e|ed|ion)(Date|Time)|LaunchTime|StartTime|JoinedTimestamp|EnableDate|Timestamp)$/;

describe('dumps of the AWS CLI come in, each record as it was printed', { skip: missingConformance('aws-cli') }, () => {
  const folder = conformance('aws-cli/');
  for (const file of globSync('*/*.json', { cwd: folder }).sort()) {
    const { command, value } = JSON.parse(readFileSync(folder + file, 'utf8')) as { command: string; value: Json };
    for (const kind of kinds.filter(({ name, command: own }) => `aws ${own}` === command || ALIKE[command] === name)) {
      test(`${file} as ${kind.name}`, () => {
        const dump = () => load(kind.name, value, { account: '123456789012', region: 'eu-west-1' });
        if (file in REFUSED) return assert.throws(dump, problem('malformed', /is absent/), REFUSED[file]);
        const printed = Array.isArray(value)
          ? ((value as unknown[]).flat(Infinity) as JsonObject[])
          : kind.items(value as JsonObject);
        const bodies = dump();
        assert.ok(printed.length > 0);
        assert.equal(bodies.length, printed.length);
        const [service, thing] = kind.recordField.slice('aws.'.length).split('.') as [string, string];
        for (const [index, { aws, cloud, resource }] of bodies.entries()) {
          const record = printed[index] as JsonObject;
          assert.deepEqual((aws[service] as JsonObject)[thing], record);
          assert.match(cloud.account.id, /^\d{12}$/);
          const described = kind.describe(record, { partition: 'aws', account: cloud.account.id, region: cloud.region });
          assert.ok(described !== undefined);
          for (const name of ['id', 'name', 'state', 'created', 'arn'] as const)
            assert.equal(resource[name], described[name], name);
          // And with the record itself, independent of the declaration.
          const { State: state = record.Status, Tags: tags = record.TagList ?? record.TagSet ?? [] } = record;
          if (state !== undefined) assert.equal(resource.state, typeof state === 'string' ? state : (state as JsonObject).Name);
          const created = Object.entries(record).find(([name]) => CREATED.test(name))?.[1];
          const seconds = typeof created === 'number' ? created * 1000 : String(created);
          if (created !== undefined) assert.equal(resource.created, new Date(seconds).toISOString());
          const pairs = (tags as { Key: string; Value: string }[]).map(({ Key, Value }) => `${Key}=${Value}`);
          assert.deepEqual(resource.tag_pairs ?? [], pairs.sort());
          const own = Object.entries(record).find(([name]) => name === 'Arn' || name === `${thingOf(kind.name)}Arn`)?.[1];
          if (own !== undefined) assert.equal(resource.arn, own);
        }
      });
    }
  }
});

/** `ec2-subnet` → `Subnet`, `ec2-transit-gateway` → `TransitGateway` */
const thingOf = (kind: string): string =>
  kind
    .split('-')
    .slice(1)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
