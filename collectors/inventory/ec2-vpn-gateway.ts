import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Virtual private gateways: the AWS side of VPN and Direct Connect. */
export const ec2VpnGateway = declareKind({
  name: 'ec2-vpn-gateway',
  summary: 'Virtual private gateways and the VPCs that they are attached to.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeVpnGateways',
  scope: 'regional',
  items: (output) => output.VpnGateways ?? [],
  id: (gateway) => gateway.VpnGatewayId,
  arn: (gateway, place) => arn(place, 'ec2', `vpn-gateway/${gateway.VpnGatewayId}`),
  state: (gateway) => gateway.State,
  zone: (gateway) => gateway.AvailabilityZone || undefined,
  tags: (gateway) => gateway.Tags,
  fields: [
    {
      ...sharedFields.attachedTo,
      value: (gateway) => (gateway.VpcAttachments ?? []).flatMap((attachment) => attachment.VpcId ?? []),
    },
  ],
  example: {
    VpnGateways: [
      {
        VpnGatewayId: 'vgw-0a1b2c3d4e5f60718',
        State: 'available',
        Type: 'ipsec.1',
        VpcAttachments: [{ State: 'attached', VpcId: 'vpc-0a1b2c3d4e5f60718' }],
        Tags: [{ Key: 'Name', Value: 'office' }],
      },
      { VpnGatewayId: 'vgw-1a1b2c3d4e5f60718', State: 'deleted', Type: 'ipsec.1' },
    ],
  },
});
