import { backupRecoveryPoint } from './backup-recovery-point.ts';
import { arn, declareKind, lift } from './declare-kind.ts';
import { ec2Image } from './ec2-image.ts';
import { ec2Snapshot } from './ec2-snapshot.ts';
import { monitorFields, sharedFields } from './shared-fields.ts';

/** EC2 instances in every state that the API still shows, with their reservation id. */
export const ec2Instance = declareKind({
  name: 'ec2-instance',
  summary: 'EC2 instances with their reservation, vCPUs and memory.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeInstances',
  scope: 'regional',
  pageSize: 1000,
  items: (output) =>
    (output.Reservations ?? []).flatMap(({ Instances, ReservationId }) =>
      lift(Instances, ReservationId === undefined ? {} : { ReservationId }),
    ),
  id: (instance) => instance.InstanceId,
  arn: (instance, place) => arn(place, 'ec2', `instance/${instance.InstanceId}`),
  state: (instance) => instance.State?.Name,
  // EC2 keeps no creation time of an instance: this is its last start.
  created: (instance) => instance.LaunchTime,
  zone: (instance) => instance.Placement?.AvailabilityZone,
  tags: (instance) => instance.Tags,
  fields: [
    { ...sharedFields.instanceType, value: (instance) => instance.InstanceType },
    sharedFields.vcpus,
    sharedFields.memoryMib,
    sharedFields.memoryGib,
    sharedFields.hasBackup,
    sharedFields.lastBackup,
    sharedFields.lastBackupSource,
    sharedFields.lastBackupId,
    { ...sharedFields.vpcId, value: (instance) => instance.VpcId },
    { ...sharedFields.subnetId, value: (instance) => instance.SubnetId },
    { ...sharedFields.privateIp, value: (instance) => instance.PrivateIpAddress || undefined },
    { ...sharedFields.publicIp, value: (instance) => instance.PublicIpAddress || undefined },
    { ...sharedFields.architecture, value: (instance) => instance.Architecture },
    { ...sharedFields.platform, value: (instance) => instance.PlatformDetails ?? instance.Platform },
    {
      name: 'resource.image_id',
      type: 'keyword',
      description: 'AMI that the instance was started from.',
      value: (instance) => instance.ImageId,
    },
    {
      ...sharedFields.securityGroups,
      value: (instance) => (instance.SecurityGroups ?? []).flatMap((group) => group.GroupId ?? []),
    },
    {
      name: 'resource.lifecycle',
      type: 'keyword',
      description: 'How it is bought: `on-demand`, `spot`, `scheduled` or `capacity-block`.',
      value: (instance) => instance.InstanceLifecycle ?? 'on-demand',
    },
    ...monitorFields,
  ],
  lookUps: [
    { adds: 'size', by: 'instance-type' },
    { adds: 'last-backup', among: [ec2Snapshot, ec2Image, backupRecoveryPoint] },
    { adds: 'monitoring' },
    { adds: 'events' },
  ],
  page: { rank: 1, parts: ['ec2-volume'] },
  example: {
    Reservations: [
      {
        ReservationId: 'r-0a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        Instances: [
          {
            InstanceId: 'i-0a1b2c3d4e5f60718',
            InstanceType: 'm5.large',
            LaunchTime: '2026-01-02T03:04:05.000Z',
            Placement: { AvailabilityZone: 'eu-west-1a' },
            State: { Code: 16, Name: 'running' },
            Tags: [{ Key: 'Name', Value: 'web-1' }],
          },
        ],
      },
      {
        ReservationId: 'r-1a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        Instances: [{ InstanceId: 'i-1a1b2c3d4e5f60718', InstanceType: 't3.micro', State: { Code: 80, Name: 'stopped' } }],
      },
    ],
  },
});
