import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** EBS volumes, attached or not. */
export const ec2Volume = declareKind({
  name: 'ec2-volume',
  summary: 'EBS volumes with size, type, encryption and what they are attached to.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeVolumes',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.Volumes ?? [],
  id: (volume) => volume.VolumeId,
  arn: (volume, place) => arn(place, 'ec2', `volume/${volume.VolumeId}`),
  state: (volume) => volume.State,
  created: (volume) => volume.CreateTime,
  zone: (volume) => volume.AvailabilityZone,
  tags: (volume) => volume.Tags,
  fields: [
    { ...sharedFields.sizeGib, value: (volume) => volume.Size },
    { ...sharedFields.encrypted, value: (volume) => volume.Encrypted },
    {
      ...sharedFields.attachedTo,
      value: (volume) => (volume.Attachments ?? []).flatMap((attachment) => attachment.InstanceId ?? []),
    },
    { ...sharedFields.volumeType, value: (volume) => volume.VolumeType },
    {
      name: 'resource.iops',
      type: 'long',
      description: 'I/O operations a second that it is set to.',
      value: (volume) => volume.Iops,
    },
    {
      name: 'resource.throughput_mib',
      type: 'long',
      description: 'Throughput in MiB a second that it is set to.',
      value: (volume) => volume.Throughput,
    },
    {
      name: 'resource.snapshot_id',
      type: 'keyword',
      description: 'Snapshot that it was made from.',
      value: (volume) => volume.SnapshotId || undefined,
    },
  ],
  example: {
    Volumes: [
      {
        VolumeId: 'vol-0a1b2c3d4e5f60718',
        Size: 8,
        VolumeType: 'gp3',
        Iops: 3000,
        Encrypted: true,
        State: 'in-use',
        CreateTime: '2026-01-02T03:04:05.000Z',
        AvailabilityZone: 'eu-west-1a',
        Attachments: [{ InstanceId: 'i-0a1b2c3d4e5f60718', Device: '/dev/xvda', State: 'attached' }],
        Tags: [{ Key: 'Name', Value: 'web-1 root' }],
      },
      { VolumeId: 'vol-1a1b2c3d4e5f60718', Size: 100, VolumeType: 'gp2', Encrypted: false, State: 'available' },
    ],
  },
});
