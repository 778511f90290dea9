import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Route tables of the account's transit gateways. */
export const ec2TransitGatewayRouteTable = declareKind({
  name: 'ec2-transit-gateway-route-table',
  summary: 'Transit gateway route tables.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeTransitGatewayRouteTables',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.TransitGatewayRouteTables ?? [],
  id: (table) => table.TransitGatewayRouteTableId,
  arn: (table, place) => arn(place, 'ec2', `transit-gateway-route-table/${table.TransitGatewayRouteTableId}`),
  state: (table) => table.State,
  created: (table) => table.CreationTime,
  tags: (table) => table.Tags,
  fields: [
    { ...sharedFields.transitGatewayId, value: (table) => table.TransitGatewayId },
    { ...sharedFields.isDefault, value: (table) => table.DefaultAssociationRouteTable },
  ],
  example: {
    TransitGatewayRouteTables: [
      {
        TransitGatewayRouteTableId: 'tgw-rtb-0a1b2c3d4e5f60718',
        TransitGatewayId: 'tgw-0a1b2c3d4e5f60718',
        State: 'available',
        DefaultAssociationRouteTable: true,
        DefaultPropagationRouteTable: true,
        CreationTime: '2026-01-02T03:04:05.000Z',
        Tags: [{ Key: 'Name', Value: 'hub' }],
      },
      { TransitGatewayRouteTableId: 'tgw-rtb-1a1b2c3d4e5f60718', State: 'deleting' },
    ],
  },
});
