import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Attachments of transit gateways. The owners of the gateway and of the attached resource both see one; the latter's sweep stores it. */
export const ec2TransitGatewayAttachment = declareKind({
  name: 'ec2-transit-gateway-attachment',
  summary: 'Transit gateway attachments and the resources that they attach.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeTransitGatewayAttachments',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.TransitGatewayAttachments ?? [],
  id: (attachment) => attachment.TransitGatewayAttachmentId,
  arn: (attachment, place) => arn(place, 'ec2', `transit-gateway-attachment/${attachment.TransitGatewayAttachmentId}`),
  owner: (attachment) => attachment.ResourceOwnerId,
  state: (attachment) => attachment.State,
  created: (attachment) => attachment.CreationTime,
  tags: (attachment) => attachment.Tags,
  fields: [
    { ...sharedFields.transitGatewayId, value: (attachment) => attachment.TransitGatewayId },
    { ...sharedFields.attachedTo, value: (attachment) => (attachment.ResourceId ? [attachment.ResourceId] : []) },
    {
      name: 'resource.attachment_type',
      type: 'keyword',
      description: '`vpc`, `vpn`, `direct-connect-gateway`, `peering`, `connect`, …',
      value: (attachment) => attachment.ResourceType,
    },
  ],
  example: {
    TransitGatewayAttachments: [
      {
        TransitGatewayAttachmentId: 'tgw-attach-0a1b2c3d4e5f60718',
        TransitGatewayId: 'tgw-0a1b2c3d4e5f60718',
        TransitGatewayOwnerId: '111111111111',
        ResourceOwnerId: '111111111111',
        ResourceType: 'vpc',
        ResourceId: 'vpc-0a1b2c3d4e5f60718',
        State: 'available',
        CreationTime: '2026-01-02T03:04:05.000Z',
        Tags: [{ Key: 'Name', Value: 'hub to main' }],
      },
      { TransitGatewayAttachmentId: 'tgw-attach-1a1b2c3d4e5f60718', ResourceOwnerId: '111111111111', State: 'deleted' },
    ],
  },
});
