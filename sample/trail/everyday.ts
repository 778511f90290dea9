import { DAY_MS } from '../../core/day-ms.ts';
import { HOUR_MS, weekday } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { PARTITION, type SampleAccount } from '../organisation.ts';
import { type Random, seeded } from '../random.ts';
import type { Happening } from './happening.ts';
import { backup, fleet, type Identity, person, robot, service, session } from './identities.ts';

interface Habit {
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly request: object | null;
  readonly response?: object;
}

const read = (source: string, name: string, request: object | null = null): Habit => ({ source, name, readOnly: true, request });
const write = (source: string, name: string, request: object, response: object = {}): Habit => ({
  source,
  name,
  readOnly: false,
  request,
  response,
});

type Habits = readonly (readonly [Habit, number])[];

const BY_MACHINES: Habits = [
  [read('ec2', 'DescribeInstances', { instancesSet: {}, filterSet: {} }), 16],
  [read('ec2', 'DescribeInstanceStatus', { instancesSet: {}, includeAllInstances: false }), 6],
  [read('ec2', 'DescribeVolumes', { volumeSet: {}, filterSet: {} }), 5],
  [read('ec2', 'DescribeNetworkInterfaces', { networkInterfaceIdSet: {}, filterSet: {} }), 5],
  [read('ec2', 'DescribeSecurityGroups', { securityGroupSet: {}, securityGroupIdSet: {} }), 4],
  [read('kms', 'Decrypt', { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }), 14],
  [read('kms', 'GenerateDataKey', { keySpec: 'AES_256' }), 6],
  [read('ssm', 'GetParameter', { name: '/app/config', withDecryption: true }), 9],
  [read('secretsmanager', 'GetSecretValue', { secretId: 'app/database' }), 6],
  [read('sts', 'GetCallerIdentity'), 7],
  [read('autoscaling', 'DescribeAutoScalingGroups', { maxRecords: 100 }), 5],
  [read('elasticloadbalancing', 'DescribeTargetHealth', {}), 6],
  [read('eks', 'DescribeCluster', { name: 'main' }), 3],
  [write('logs', 'CreateLogStream', { logGroupName: '/app/service' }), 9],
  [write('ecr', 'BatchGetImage', { repositoryName: 'service' }), 4],
  [
    write('ec2', 'CreateTags', { resourcesSet: { items: [] }, tagSet: { items: [{ key: 'cost-center' }] } }, { _return: true }),
    2,
  ],
  [write('monitoring', 'PutMetricAlarm', { alarmName: 'cpu-high' }), 1],
  [write('lambda', 'UpdateFunctionCode20150331v2', { functionName: 'handler', publish: true }), 1],
];

const BY_PEOPLE: Habits = [
  [read('ec2', 'DescribeInstances', { instancesSet: {}, filterSet: {} }), 10],
  [read('monitoring', 'DescribeAlarms', { maxRecords: 100 }), 6],
  [read('logs', 'DescribeLogGroups', { limit: 50 }), 5],
  [read('s3', 'ListBuckets', { Host: 's3.amazonaws.com' }), 5],
  [read('s3', 'GetBucketAcl', { acl: '' }), 3],
  [read('rds', 'DescribeDBInstances', { maxRecords: 100 }), 4],
  [read('iam', 'ListUsers'), 2],
  [read('iam', 'GetUser'), 2],
  [read('cloudtrail', 'LookupEvents', { maxResults: 50 }), 2],
  [read('health', 'DescribeEventAggregates', { aggregateField: 'eventTypeCategory' }), 3],
  [write('cloudformation', 'CreateChangeSet', { stackName: 'app' }), 1],
  [write('ssm', 'PutParameter', { name: '/app/flag', type: 'String', overwrite: true }), 1],
  [write('ec2', 'AuthorizeSecurityGroupIngress', { groupId: 'sg-0aa11bb22cc33dd44' }, { _return: true }), 0.3],
  [write('rds', 'ModifyDBInstance', { dBInstanceIdentifier: 'main' }), 0.3],
  [write('iam', 'CreateAccessKey', { userName: 'ci-deploy' }), 0.15],
  [
    write('iam', 'AttachRolePolicy', { roleName: 'app', policyArn: `arn:${PARTITION}:iam::aws:policy/AmazonS3ReadOnlyAccess` }),
    0.2,
  ],
];

const ERRORS = [
  ['AccessDenied', 5],
  ['Client.UnauthorizedOperation', 4],
  ['ThrottlingException', 3],
  ['ResourceNotFoundException', 2],
  ['ValidationException', 1],
] as const;

const AGENTS = [
  'aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24.1 md/GOOS#linux',
  'Boto3/1.37.4 md/Botocore#1.37.4 ua/2.0 os/linux#6.1 lang/python#3.12.3',
  'APN/1.0 HashiCorp/1.0 Terraform/1.11.2',
  'aws-cli/2.25.0 md/awscrt#0.23.8 ua/2.0 os/macos#24.3.0 lang/python#3.12.9',
  'aws-sdk-java/2.30.31 Linux/6.1 OpenJDK_64-Bit_Server_VM/21.0.6',
] as const;

/** How much people do in each hour (UTC), as relative weights. */
const OFFICE_HOURS = [1, 1, 1, 1, 1, 2, 6, 14, 22, 26, 25, 22, 20, 24, 25, 23, 18, 11, 6, 4, 3, 2, 1, 1].map(
  (weight, hour) => [hour, weight] as const,
);

/** The ordinary calls of one account on one day: machines around the clock, people in office hours; some calls are refused. */
export function everyday(estate: Estate, account: SampleAccount, day: number): Happening[] {
  const random = seeded(estate.organisation.seed, account.id, day, 'everyday');
  const time = day * DAY_MS;
  const weekend = weekday(time) >= 5;
  const people = estate.users(account).users.filter(({ robot: program, name }) => !program && name !== 'd.keller');
  const roles: readonly Identity[] = [
    session(account, `${account.team}-app`, 'i-service'),
    session(account, `${account.team}-eks-node`, 'eks-node'),
    session(account, 'ci-deploy', 'pipeline'),
    fleet(account),
    backup(account),
  ];
  const machines = 8 + Math.round(account.size * 0.85 * (0.85 + random.next() * 0.3));
  const humans = Math.round((4 + account.size * 0.7) * (weekend ? 0.12 : 1) * (0.8 + random.next() * 0.4));
  const happenings: Happening[] = [];
  for (let number = 0; number < machines; number += 1) {
    const who = random.pick(roles);
    happenings.push({
      ...habit(random, BY_MACHINES, 0.02),
      time: time + random.int(0, DAY_MS - 1),
      who,
      ip: who.invokedBy ?? `198.51.100.${random.int(10, 40)}`,
      agent: who.invokedBy ?? random.pick(AGENTS),
    });
  }
  for (let number = 0; number < humans; number += 1) {
    const user = random.chance(0.6) ? undefined : people[random.int(0, Math.max(0, people.length - 1))];
    const sso = random.pick(['anna.berg', 'jonas.meyer', 'lucia.rossi', 'priya.kaur', 'tomas.novak', 'yuki.tanaka']);
    happenings.push({
      ...habit(random, BY_PEOPLE, 0.05),
      time: time + random.weighted(OFFICE_HOURS) * HOUR_MS + random.int(0, HOUR_MS - 1),
      who:
        user === undefined
          ? session(account, 'AWSReservedSSO_Developer_8f2b1c0d9e4a7f63', `${sso}@example.com`)
          : person(account, user),
      ip: `203.0.113.${random.int(5, 30)}`,
      agent: random.pick(AGENTS),
    });
  }
  for (let number = 0; number < 3; number += 1) {
    const who = service(random.pick(['ec2', 'lambda', 'eks', 'ecs-tasks']));
    const role = random.pick([`${account.team}-app`, `${account.team}-eks-node`]);
    happenings.push({
      time: time + random.int(0, DAY_MS - 1),
      source: 'sts',
      name: 'AssumeRole',
      who,
      ip: who.invokedBy ?? '',
      readOnly: true,
      request: {
        roleArn: `arn:${PARTITION}:iam::${account.id}:role/${role}`,
        roleSessionName: 'service',
        durationSeconds: 3_600,
      },
      response: { assumedRoleUser: { arn: `arn:${PARTITION}:sts::${account.id}:assumed-role/${role}/service` } },
    });
  }
  return happenings;
}

/** The console sign-ins of one account on one day; AWS logs them in us-east-1. */
export function signIns(estate: Estate, account: SampleAccount, day: number): Happening[] {
  const random = seeded(estate.organisation.seed, account.id, day, 'sign-in');
  if (weekday(day * DAY_MS) >= 5 || !random.chance(0.3)) return [];
  const happenings: Happening[] = [];
  for (let number = random.int(1, 4); number > 0; number -= 1) {
    const failed = random.chance(0.08);
    const name = random.pick(['anna.berg', 'jonas.meyer', 'lucia.rossi', 'priya.kaur', 'tomas.novak']);
    happenings.push({
      time: day * DAY_MS + random.int(6, 16) * HOUR_MS + random.int(0, HOUR_MS - 1),
      source: 'signin',
      name: 'ConsoleLogin',
      who: session(account, 'AWSReservedSSO_Developer_8f2b1c0d9e4a7f63', `${name}@example.com`),
      ip: `203.0.113.${random.int(5, 30)}`,
      agent:
        'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      readOnly: false,
      request: null,
      response: { ConsoleLogin: failed ? 'Failure' : 'Success' },
      ...(failed ? { error: { code: '', message: 'Failed authentication' } } : {}),
      extra: { eventType: 'AwsConsoleSignIn', additionalEventData: { MobileVersion: 'No', MFAUsed: 'Yes' } },
    });
  }
  if (random.chance(0.2)) {
    const who = robot(account, 'terraform');
    happenings.push({
      time: day * DAY_MS + 9 * HOUR_MS,
      source: 'iam',
      name: 'ListRoles',
      who,
      ip: '198.51.100.20',
      agent: AGENTS[2],
      readOnly: true,
      request: null,
      response: null,
    });
  }
  return happenings;
}

function habit(random: Random, habits: Habits, failing: number): Omit<Happening, 'time' | 'who' | 'ip'> {
  const { source, name, readOnly, request, response } = random.weighted(habits);
  if (!random.chance(failing)) return { source, name, readOnly, request, response: response ?? null };
  const code = random.weighted(ERRORS);
  return {
    source,
    name,
    readOnly,
    request,
    response: null,
    error: { code, message: `${code} when calling the ${name} operation` },
  };
}
