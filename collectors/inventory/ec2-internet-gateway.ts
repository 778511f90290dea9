import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Internet gateways and the VPCs that they are attached to. */
export const ec2InternetGateway = declareKind({
  name: 'ec2-internet-gateway',
  summary: 'Internet gateways with the VPC that they are attached to.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeInternetGateways',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.InternetGateways ?? [],
  id: (gateway) => gateway.InternetGatewayId,
  arn: (gateway, place) => arn(place, 'ec2', `internet-gateway/${gateway.InternetGatewayId}`),
  owner: (gateway) => gateway.OwnerId,
  // The gateway itself has no state, only its attachment.
  state: (gateway) => gateway.Attachments?.[0]?.State ?? 'detached',
  tags: (gateway) => gateway.Tags,
  fields: [
    { ...sharedFields.vpcId, value: (gateway) => gateway.Attachments?.[0]?.VpcId },
    {
      ...sharedFields.attachedTo,
      value: (gateway) => (gateway.Attachments ?? []).flatMap((attachment) => attachment.VpcId ?? []),
    },
  ],
  example: {
    InternetGateways: [
      {
        InternetGatewayId: 'igw-0a1b2c3d4e5f60718',
        OwnerId: '111111111111',
        Attachments: [{ State: 'attached', VpcId: 'vpc-0a1b2c3d4e5f60718' }],
        Tags: [{ Key: 'Name', Value: 'main' }],
      },
    ],
  },
});
