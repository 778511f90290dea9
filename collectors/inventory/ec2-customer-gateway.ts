import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Customer gateways: what AWS knows of the customer's side of a VPN. */
export const ec2CustomerGateway = declareKind({
  name: 'ec2-customer-gateway',
  summary: 'Customer gateways with their address.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeCustomerGateways',
  scope: 'regional',
  items: (output) => output.CustomerGateways ?? [],
  id: (gateway) => gateway.CustomerGatewayId,
  arn: (gateway, place) => arn(place, 'ec2', `customer-gateway/${gateway.CustomerGatewayId}`),
  title: (gateway) => gateway.DeviceName || undefined,
  state: (gateway) => gateway.State,
  tags: (gateway) => gateway.Tags,
  fields: [{ ...sharedFields.publicIp, value: (gateway) => gateway.IpAddress || undefined }],
  example: {
    CustomerGateways: [
      {
        CustomerGatewayId: 'cgw-0a1b2c3d4e5f60718',
        State: 'available',
        Type: 'ipsec.1',
        IpAddress: '203.0.113.20',
        BgpAsn: '65000',
        Tags: [{ Key: 'Name', Value: 'office' }],
      },
      { CustomerGatewayId: 'cgw-1a1b2c3d4e5f60718', State: 'deleted', Type: 'ipsec.1' },
    ],
  },
});
