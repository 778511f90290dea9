import type { Instance, Reservation, Snapshot } from '@aws-sdk/client-ec2';
import type { DBInstance } from '@aws-sdk/client-rds';
import type { RegionEstate } from '../estate/region-estate.ts';
import type { SampleUser } from '../estate/users.ts';
import type { SampleAccount } from '../organisation.ts';
import type { Happening } from './happening.ts';
import { backup, fleet, person, robot } from './identities.ts';

/** The calls that created or stopped the resources of one account in one region. */
export function resourceEvents(estate: RegionEstate, administrator: SampleUser | undefined): Happening[] {
  const { account, reservations, databases, snapshots } = estate;
  const happenings: Happening[] = [];
  for (const instance of reservations.flatMap(({ Instances }) => Instances ?? [])) {
    const reservation = reservations.find(({ Instances }) => Instances?.[0] === instance);
    happenings.push(runInstances(account, instance, reservation));
    const stopped = /\((.*) GMT\)/.exec(instance.StateTransitionReason ?? '')?.[1];
    if (stopped !== undefined && administrator !== undefined)
      happenings.push(stopInstances(account, instance, Date.parse(`${stopped.replace(' ', 'T')}Z`), administrator));
  }
  for (const database of databases) happenings.push(createDatabase(account, database));
  for (const snapshot of snapshots) {
    // The snapshot of an image is created by CreateImage, not by a call of its own.
    if (snapshot.VolumeId !== 'vol-ffffffff') happenings.push(createSnapshot(account, snapshot));
  }
  return happenings;
}

function runInstances(account: SampleAccount, instance: Instance, reservation: Reservation | undefined): Happening {
  const scaled = instance.Tags?.some(({ Key }) => Key === 'aws:autoscaling:groupName') ?? false;
  return {
    time: instance.LaunchTime?.getTime() ?? 0,
    source: 'ec2',
    name: 'RunInstances',
    about: instance.InstanceId,
    who: scaled ? fleet(account) : robot(account, 'terraform'),
    ip: scaled ? 'autoscaling.amazonaws.com' : '198.51.100.20',
    readOnly: false,
    request: {
      instancesSet: { items: [{ imageId: instance.ImageId, minCount: 1, maxCount: 1 }] },
      instanceType: instance.InstanceType,
      subnetId: instance.SubnetId,
    },
    response: {
      reservationId: reservation?.ReservationId,
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
  };
}

const stopInstances = (account: SampleAccount, instance: Instance, time: number, user: SampleUser): Happening => ({
  time,
  source: 'ec2',
  name: 'StopInstances',
  about: instance.InstanceId,
  who: person(account, user),
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

const createDatabase = (account: SampleAccount, database: DBInstance): Happening => ({
  // A database is available some minutes after the call that creates it.
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

const createSnapshot = (account: SampleAccount, snapshot: Snapshot): Happening => ({
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
