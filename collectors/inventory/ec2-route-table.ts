import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Route tables of VPCs. */
export const ec2RouteTable = declareKind({
  name: 'ec2-route-table',
  summary: 'Route tables with their associations and the targets of their routes.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeRouteTables',
  scope: 'regional',
  pageSize: 100,
  items: (output) => output.RouteTables ?? [],
  id: (table) => table.RouteTableId,
  arn: (table, place) => arn(place, 'ec2', `route-table/${table.RouteTableId}`),
  owner: (table) => table.OwnerId,
  tags: (table) => table.Tags,
  fields: [
    { ...sharedFields.vpcId, value: (table) => table.VpcId },
    {
      ...sharedFields.attachedTo,
      value: (table) => (table.Associations ?? []).flatMap(({ SubnetId, GatewayId }) => SubnetId ?? GatewayId ?? []),
    },
    {
      name: 'resource.route_targets',
      type: 'keyword',
      array: true,
      description: 'Gateways, interfaces and connections that its routes lead to.',
      value: (table) =>
        (table.Routes ?? []).flatMap(
          (route) =>
            route.GatewayId ??
            route.NatGatewayId ??
            route.TransitGatewayId ??
            route.VpcPeeringConnectionId ??
            route.NetworkInterfaceId ??
            route.EgressOnlyInternetGatewayId ??
            route.LocalGatewayId ??
            route.CarrierGatewayId ??
            [],
        ),
    },
    {
      name: 'resource.main',
      type: 'boolean',
      description: 'Whether it is the main route table of its VPC.',
      value: (table) => (table.Associations ?? []).some((association) => association.Main === true),
    },
  ],
  example: {
    RouteTables: [
      {
        RouteTableId: 'rtb-0a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        Associations: [{ Main: false, RouteTableAssociationId: 'rtbassoc-0a1b', SubnetId: 'subnet-0a1b2c3d4e5f60718' }],
        Routes: [
          { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', State: 'active' },
          { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-0a1b2c3d4e5f60718', State: 'active' },
        ],
        Tags: [{ Key: 'Name', Value: 'private' }],
      },
      { RouteTableId: 'rtb-1a1b2c3d4e5f60718', OwnerId: '111111111111', Associations: [{ Main: true }] },
    ],
  },
});
