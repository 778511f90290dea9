import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** AMIs that the account owns. */
export const ec2Image = declareKind({
  name: 'ec2-image',
  summary: 'AMIs owned by the account.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeImages',
  scope: 'regional',
  input: () => ({ Owners: ['self'] }),
  pageSize: 1000,
  items: (output) => output.Images ?? [],
  id: (image) => image.ImageId,
  // An AMI's ARN has no account: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
  arn: (image, place) => arn({ ...place, account: '' }, 'ec2', `image/${image.ImageId}`),
  owner: (image) => image.OwnerId,
  title: (image) => image.Name,
  state: (image) => image.State,
  created: (image) => image.CreationDate,
  tags: (image) => image.Tags,
  fields: [
    {
      name: 'resource.created_by',
      type: 'keyword',
      description: 'Who made it: by its tags (`CreatedBy`, `creator`, …), else by the indexed event of the call.',
    },
    { name: 'resource.created_by_source', type: 'keyword', description: '`tag` or `event`.' },
    {
      name: 'resource.created_by_account',
      type: 'keyword',
      description: 'Account that made it, by the indexed event, else its owner.',
    },
    { ...sharedFields.public, value: (image) => image.Public },
    { ...sharedFields.architecture, value: (image) => image.Architecture },
    { ...sharedFields.platform, value: (image) => image.PlatformDetails ?? image.Platform },
    {
      name: 'resource.last_launched',
      type: 'date',
      description: 'When an instance was last started from it, with up to a day of delay.',
      value: (image) => image.LastLaunchedTime,
    },
    {
      name: 'resource.snapshot_ids',
      type: 'keyword',
      array: true,
      description: 'Ids of the snapshots that it is made of.',
      value: (image) => (image.BlockDeviceMappings ?? []).flatMap((mapping) => mapping.Ebs?.SnapshotId ?? []),
    },
  ],
  volatile: ['LastLaunchedTime'],
  lookUps: [{ adds: 'creator' }],
  backups: (image) =>
    image.State === 'available'
      ? [{ of: image.SourceInstanceId, time: image.CreationDate, source: 'image', id: image.ImageId }]
      : [],
  example: {
    Images: [
      {
        ImageId: 'ami-0a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        Name: 'base-2026-01',
        State: 'available',
        CreationDate: '2026-01-02T03:04:05.000Z',
        Public: false,
        Tags: [{ Key: 'team', Value: 'platform' }],
      },
    ],
  },
});
