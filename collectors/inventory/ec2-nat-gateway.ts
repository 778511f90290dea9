import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** NAT gateways, deleted ones included for the hour that the API still shows them. */
export const ec2NatGateway = declareKind({
  name: 'ec2-nat-gateway',
  summary: 'NAT gateways with subnet and addresses.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeNatGateways',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.NatGateways ?? [],
  id: (gateway) => gateway.NatGatewayId,
  arn: (gateway, place) => arn(place, 'ec2', `natgateway/${gateway.NatGatewayId}`),
  state: (gateway) => gateway.State,
  created: (gateway) => gateway.CreateTime,
  tags: (gateway) => gateway.Tags,
  fields: [
    { ...sharedFields.vpcId, value: (gateway) => gateway.VpcId },
    { ...sharedFields.subnetId, value: (gateway) => gateway.SubnetId },
    { ...sharedFields.privateIp, value: (gateway) => gateway.NatGatewayAddresses?.[0]?.PrivateIp || undefined },
    { ...sharedFields.publicIp, value: (gateway) => gateway.NatGatewayAddresses?.[0]?.PublicIp || undefined },
    {
      name: 'resource.connectivity_type',
      type: 'keyword',
      description: '`public` or `private`.',
      value: (gateway) => gateway.ConnectivityType,
    },
  ],
  example: {
    NatGateways: [
      {
        NatGatewayId: 'nat-0a1b2c3d4e5f60718',
        State: 'available',
        CreateTime: '2026-01-02T03:04:05.000Z',
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        SubnetId: 'subnet-0a1b2c3d4e5f60718',
        NatGatewayAddresses: [{ PublicIp: '203.0.113.10', PrivateIp: '10.0.0.10' }],
        Tags: [{ Key: 'Name', Value: 'main' }],
      },
    ],
  },
});
