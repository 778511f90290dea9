import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Subnets that the account owns; the sweep of their owner reads those that are shared with it. */
export const ec2Subnet = declareKind({
  name: 'ec2-subnet',
  summary: 'Subnets with range, zone and free addresses.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeSubnets',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.Subnets ?? [],
  id: (subnet) => subnet.SubnetId,
  arn: (subnet, place) => subnet.SubnetArn ?? arn(place, 'ec2', `subnet/${subnet.SubnetId}`),
  owner: (subnet) => subnet.OwnerId,
  state: (subnet) => subnet.State,
  zone: (subnet) => subnet.AvailabilityZone,
  tags: (subnet) => subnet.Tags,
  fields: [
    { ...sharedFields.vpcId, value: (subnet) => subnet.VpcId },
    { ...sharedFields.subnetId, value: (subnet) => subnet.SubnetId },
    { ...sharedFields.cidrs, value: (subnet) => (subnet.CidrBlock ? [subnet.CidrBlock] : []) },
    { ...sharedFields.isDefault, value: (subnet) => subnet.DefaultForAz },
    {
      name: 'resource.free_addresses',
      type: 'long',
      description: 'IPv4 addresses that are not in use.',
      value: (subnet) => subnet.AvailableIpAddressCount,
    },
    { ...sharedFields.public, value: (subnet) => subnet.MapPublicIpOnLaunch },
  ],
  volatile: ['AvailableIpAddressCount'],
  example: {
    Subnets: [
      {
        SubnetId: 'subnet-0a1b2c3d4e5f60718',
        SubnetArn: 'arn:aws-cn:ec2:cn-north-1:111111111111:subnet/subnet-0a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        State: 'available',
        AvailabilityZone: 'cn-north-1a',
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        CidrBlock: '10.0.1.0/24',
        AvailableIpAddressCount: 250,
        MapPublicIpOnLaunch: false,
        DefaultForAz: false,
        Tags: [{ Key: 'Name', Value: 'private a' }],
      },
      { SubnetId: 'subnet-1a1b2c3d4e5f60718', OwnerId: '111111111111', State: 'available', CidrBlock: '10.0.2.0/24' },
    ],
  },
});
