import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Network interfaces, including those that AWS services make: they show which resources have a security group. */
export const ec2NetworkInterface = declareKind({
  name: 'ec2-network-interface',
  summary: 'Network interfaces with addresses, security groups and the instances that they are attached to.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeNetworkInterfaces',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.NetworkInterfaces ?? [],
  id: (face) => face.NetworkInterfaceId,
  arn: (face, place) => arn(place, 'ec2', `network-interface/${face.NetworkInterfaceId}`),
  owner: (face) => face.OwnerId,
  state: (face) => face.Status,
  zone: (face) => face.AvailabilityZone,
  tags: (face) => face.TagSet,
  fields: [
    { ...sharedFields.vpcId, value: (face) => face.VpcId },
    { ...sharedFields.subnetId, value: (face) => face.SubnetId },
    { ...sharedFields.privateIp, value: (face) => face.PrivateIpAddress || undefined },
    { ...sharedFields.publicIp, value: (face) => face.Association?.PublicIp || undefined },
    {
      ...sharedFields.attachedTo,
      value: (face) => (face.Attachment?.InstanceId === undefined ? undefined : [face.Attachment.InstanceId]),
    },
    { ...sharedFields.securityGroups, value: (face) => (face.Groups ?? []).flatMap((group) => group.GroupId ?? []) },
    {
      name: 'resource.interface_type',
      type: 'keyword',
      description: '`interface`, `lambda`, `nat_gateway`, …',
      value: (face) => face.InterfaceType,
    },
    { ...sharedFields.description, value: (face) => face.Description || undefined },
  ],
  example: {
    NetworkInterfaces: [
      {
        NetworkInterfaceId: 'eni-0a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        InterfaceType: 'interface',
        Status: 'in-use',
        AvailabilityZone: 'eu-west-1a',
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        Attachment: { InstanceId: 'i-0a1b2c3d4e5f60718' },
        Groups: [{ GroupId: 'sg-0a1b2c3d4e5f60718', GroupName: 'web' }],
        TagSet: [{ Key: 'Name', Value: 'web-1' }],
      },
    ],
  },
});
