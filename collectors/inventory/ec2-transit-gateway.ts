import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Transit gateways of the account; the sweep of their owner reads those that are shared with it. */
export const ec2TransitGateway = declareKind({
  name: 'ec2-transit-gateway',
  summary: 'Transit gateways owned by the account.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeTransitGateways',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.TransitGateways ?? [],
  id: (gateway) => gateway.TransitGatewayId,
  arn: (gateway, place) => gateway.TransitGatewayArn ?? arn(place, 'ec2', `transit-gateway/${gateway.TransitGatewayId}`),
  owner: (gateway) => gateway.OwnerId,
  state: (gateway) => gateway.State,
  created: (gateway) => gateway.CreationTime,
  tags: (gateway) => gateway.Tags,
  fields: [{ ...sharedFields.description, value: (gateway) => gateway.Description || undefined }],
  example: {
    TransitGateways: [
      {
        TransitGatewayId: 'tgw-0a1b2c3d4e5f60718',
        TransitGatewayArn: 'arn:aws-us-gov:ec2:us-gov-west-1:111111111111:transit-gateway/tgw-0a1b2c3d4e5f60718',
        State: 'available',
        OwnerId: '111111111111',
        CreationTime: '2026-01-02T03:04:05.000Z',
        Tags: [{ Key: 'Name', Value: 'hub' }],
      },
    ],
  },
});
