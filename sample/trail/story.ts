import { DAY_MS, DAYS, HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { rootSignIn } from '../estate/users.ts';
import type { SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';
import type { Identity } from './identities.ts';
import { backup, fleet, person, robot, root } from './identities.ts';

/** Something that happened to a thing of the estate, or was planted: what an event tells beside who, when and where. */
export interface Happening {
  readonly time: number;
  /** What tells it from others of the same moment. */
  readonly about?: string | undefined;
  readonly source: string;
  readonly name: string;
  readonly who: Identity;
  readonly ip: string;
  readonly agent?: string;
  readonly readOnly: boolean;
  readonly request: object | null;
  readonly response: object | null;
  readonly error?: { readonly code: string; readonly message: string };
  readonly extra?: object;
}

/** The address that was refused again and again. */
export const STRANGER = '192.0.2.66';
export const BURST = 180;

/** When the stranger tried, in payments-prod. */
export const burstTime = (estate: Estate): number => estate.calendar.daysBefore(3) + 2 * HOUR_MS + 7 * 60_000;

/** Events of one account that go with its resources and users, by `region/day`. */
export function accountStory(estate: Estate, account: SampleAccount): ReadonlyMap<string, readonly Happening[]> {
  const { calendar, organisation } = estate;
  const first = calendar.today - DAYS * DAY_MS;
  const story = new Map<string, Happening[]>();
  const tell = (region: string, happening: Happening): void => {
    if (happening.time < first || happening.time >= calendar.now) return;
    const key = `${region}/${Math.floor(happening.time / DAY_MS)}`;
    const known = story.get(key);
    if (known === undefined) story.set(key, [happening]);
    else known.push(happening);
  };
  const users = estate.users(account).users;
  const administrator = users.find((user) => user.administrator) ?? users[0];

  for (const region of account.regions) {
    const { reservations, databases, snapshots } = estate.region(account, region);
    for (const instance of reservations.flatMap(({ Instances }) => Instances ?? [])) {
      const launched = instance.LaunchTime?.getTime() ?? 0;
      const group = instance.Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
      const who = group === undefined ? robot(account, 'terraform') : fleet(account);
      tell(region, {
        time: launched,
        source: 'ec2',
        name: 'RunInstances',
        about: instance.InstanceId,
        who,
        ip: group === undefined ? '198.51.100.20' : 'autoscaling.amazonaws.com',
        readOnly: false,
        request: {
          instancesSet: { items: [{ imageId: instance.ImageId, minCount: 1, maxCount: 1 }] },
          instanceType: instance.InstanceType,
          subnetId: instance.SubnetId,
        },
        response: {
          reservationId: reservations.find(({ Instances }) => Instances?.[0] === instance)?.ReservationId,
          ownerId: account.id,
          instancesSet: {
            items: [
              {
                instanceId: instance.InstanceId,
                imageId: instance.ImageId,
                instanceType: instance.InstanceType,
                privateIpAddress: instance.PrivateIpAddress,
                vpcId: instance.VpcId,
                subnetId: instance.SubnetId,
                groupSet: {
                  items: (instance.SecurityGroups ?? []).map(({ GroupId, GroupName }) => ({
                    groupId: GroupId,
                    groupName: GroupName,
                  })),
                },
              },
            ],
          },
        },
      });
      const stopped = /\((.*) GMT\)/.exec(instance.StateTransitionReason ?? '')?.[1];
      if (stopped !== undefined && administrator !== undefined) {
        tell(region, {
          time: Date.parse(`${stopped.replace(' ', 'T')}Z`),
          source: 'ec2',
          name: 'StopInstances',
          about: instance.InstanceId,
          who: person(account, administrator),
          ip: '203.0.113.10',
          readOnly: false,
          request: { instancesSet: { items: [{ instanceId: instance.InstanceId }] }, force: false },
          response: {
            instancesSet: {
              items: [
                {
                  instanceId: instance.InstanceId,
                  currentState: { code: 64, name: 'stopping' },
                  previousState: { code: 16, name: 'running' },
                },
              ],
            },
          },
        });
      }
    }
    for (const database of databases) {
      tell(region, {
        time: (database.InstanceCreateTime?.getTime() ?? 0) - 9 * 60_000,
        source: 'rds',
        name: 'CreateDBInstance',
        about: database.DBInstanceIdentifier,
        who: robot(account, 'terraform'),
        ip: '198.51.100.20',
        readOnly: false,
        request: {
          dBInstanceIdentifier: database.DBInstanceIdentifier,
          dBInstanceClass: database.DBInstanceClass,
          engine: database.Engine,
        },
        response: {
          dBInstanceIdentifier: database.DBInstanceIdentifier,
          dBInstanceArn: database.DBInstanceArn,
          dBInstanceStatus: 'creating',
        },
      });
    }
    for (const snapshot of snapshots) {
      if (snapshot.VolumeId === 'vol-ffffffff') continue;
      tell(region, {
        time: snapshot.StartTime?.getTime() ?? 0,
        source: 'ec2',
        name: 'CreateSnapshot',
        about: snapshot.SnapshotId,
        who: backup(account),
        ip: 'backup.amazonaws.com',
        readOnly: false,
        request: { volumeId: snapshot.VolumeId, description: snapshot.Description },
        response: {
          snapshotId: snapshot.SnapshotId,
          volumeId: snapshot.VolumeId,
          volumeSize: String(snapshot.VolumeSize),
          encrypted: snapshot.Encrypted,
        },
      });
    }
  }

  const signIn = (time: number, who: Identity, mfa: boolean, ip: string): void =>
    tell('us-east-1', {
      time,
      source: 'signin',
      name: 'ConsoleLogin',
      about: who.arn,
      who,
      ip,
      agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      readOnly: false,
      request: null,
      response: { ConsoleLogin: 'Success' },
      extra: {
        eventType: 'AwsConsoleSignIn',
        additionalEventData: {
          LoginTo: 'https://console.aws.amazon.com/console/home',
          MobileVersion: 'No',
          MFAUsed: mfa ? 'Yes' : 'No',
        },
      },
    });
  for (const user of users)
    if (user.password?.used !== undefined) signIn(user.password.used, person(account, user), user.mfa, '203.0.113.10');

  if (account.name === 'marketing-web') signIn(rootSignIn(calendar), root(account), false, '198.51.100.77');
  if (account.name === 'mobile-dev' && administrator !== undefined) {
    const group = estate
      .region(account, account.home)
      .securityGroups.find(({ GroupName }) => GroupName === 'dev-ssh-from-anywhere');
    tell(account.home, {
      time: calendar.daysBefore(19) + 16 * HOUR_MS + 41 * 60_000,
      source: 'ec2',
      name: 'AuthorizeSecurityGroupIngress',
      who: person(account, administrator),
      ip: '203.0.113.10',
      readOnly: false,
      request: {
        groupId: group?.GroupId,
        ipPermissions: {
          items: [{ ipProtocol: 'tcp', fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }],
        },
      },
      response: { _return: true },
    });
  }
  if (account.name === 'payments-prod') {
    const random = seeded(organisation.seed, 'burst');
    const who = robot(account, 'ci-deploy');
    for (let number = 0; number < BURST; number += 1) {
      const [source, name] = random.pick(TRIED);
      tell(account.home, {
        time: burstTime(estate) + number * 6_000,
        source,
        name,
        who,
        ip: STRANGER,
        agent: 'Boto3/1.34.11 Python/3.11.2 Linux/6.1.0',
        readOnly: true,
        request: null,
        response: null,
        error: {
          code: 'AccessDenied',
          message: `User: ${who.arn} is not authorized to perform: ${source}:${name} because no identity-based policy allows the ${source}:${name} action`,
        },
      });
    }
  }
  return story;
}

const TRIED = [
  ['iam', 'ListUsers'],
  ['iam', 'ListRoles'],
  ['iam', 'GetAccountAuthorizationDetails'],
  ['secretsmanager', 'ListSecrets'],
  ['s3', 'ListBuckets'],
  ['ssm', 'DescribeParameters'],
  ['lambda', 'ListFunctions20150331'],
] as const;
