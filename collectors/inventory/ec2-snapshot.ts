import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** EBS snapshots that the account owns, without those that other accounts share with it. */
export const ec2Snapshot = declareKind({
  name: 'ec2-snapshot',
  summary: 'EBS snapshots owned by the account, with size and encryption.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeSnapshots',
  scope: 'regional',
  input: () => ({ OwnerIds: ['self'] }),
  pageSize: 1000,
  items: (output) => output.Snapshots ?? [],
  id: (snapshot) => snapshot.SnapshotId,
  // A snapshot's ARN has no account: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
  arn: (snapshot, place) => arn({ ...place, account: '' }, 'ec2', `snapshot/${snapshot.SnapshotId}`),
  owner: (snapshot) => snapshot.OwnerId,
  state: (snapshot) => snapshot.State,
  created: (snapshot) => snapshot.StartTime,
  zone: (snapshot) => snapshot.AvailabilityZone,
  tags: (snapshot) => snapshot.Tags,
  fields: [
    { ...sharedFields.sizeGib, value: (snapshot) => snapshot.VolumeSize },
    { ...sharedFields.encrypted, value: (snapshot) => snapshot.Encrypted },
    {
      name: 'resource.volume_id',
      type: 'keyword',
      description: 'Volume that the snapshot was taken of; `vol-ffffffff` for a copy.',
      value: (snapshot) => snapshot.VolumeId,
    },
    {
      name: 'resource.storage_tier',
      type: 'keyword',
      description: '`standard` or `archive`.',
      value: (snapshot) => snapshot.StorageTier,
    },
    { ...sharedFields.description, value: (snapshot) => snapshot.Description || undefined },
  ],
  volatile: ['Progress'],
  backups: (snapshot) => {
    if (snapshot.State !== 'completed') return [];
    const time = snapshot.StartTime;
    // The description of an image's snapshot names the instance that the image was made from: "Created by CreateImage(i-…) for ami-…".
    const instance = /^Created by CreateImage\((i-[0-9a-f]+)\)/.exec(snapshot.Description ?? '')?.[1];
    return [
      { of: snapshot.VolumeId, time, source: 'snapshot', id: snapshot.SnapshotId },
      { of: instance, time, source: 'image', id: snapshot.SnapshotId },
    ];
  },
  page: { rank: 'last' },
  example: {
    Snapshots: [
      {
        SnapshotId: 'snap-0a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        VolumeId: 'vol-0a1b2c3d4e5f60718',
        VolumeSize: 8,
        Encrypted: false,
        State: 'completed',
        StartTime: '2026-01-02T03:04:05.000Z',
        Tags: [{ Key: 'Name', Value: 'nightly' }],
      },
    ],
  },
});
