import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** VPCs that the account owns; the sweep of their owner reads those that are shared with it. */
export const ec2Vpc = declareKind({
  name: 'ec2-vpc',
  summary: 'VPCs with their address ranges.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeVpcs',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.Vpcs ?? [],
  id: (vpc) => vpc.VpcId,
  arn: (vpc, place) => arn(place, 'ec2', `vpc/${vpc.VpcId}`),
  owner: (vpc) => vpc.OwnerId,
  state: (vpc) => vpc.State,
  tags: (vpc) => vpc.Tags,
  fields: [
    { ...sharedFields.vpcId, value: (vpc) => vpc.VpcId },
    {
      ...sharedFields.cidrs,
      value: (vpc) => [
        ...(vpc.CidrBlockAssociationSet ?? [{ CidrBlock: vpc.CidrBlock }]).flatMap((block) => block.CidrBlock ?? []),
        ...(vpc.Ipv6CidrBlockAssociationSet ?? []).flatMap((block) => block.Ipv6CidrBlock ?? []),
      ],
    },
    { ...sharedFields.isDefault, value: (vpc) => vpc.IsDefault },
  ],
  example: {
    Vpcs: [
      {
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        State: 'available',
        CidrBlock: '10.0.0.0/16',
        CidrBlockAssociationSet: [{ AssociationId: 'vpc-cidr-assoc-0a1b2c3d', CidrBlock: '10.0.0.0/16' }],
        IsDefault: false,
        Tags: [{ Key: 'Name', Value: 'main' }],
      },
      {
        VpcId: 'vpc-1a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        State: 'available',
        CidrBlock: '172.31.0.0/16',
        IsDefault: true,
      },
    ],
  },
});
