import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Elastic IP addresses; one that is not attached costs money too. */
export const ec2Address = declareKind({
  name: 'ec2-address',
  summary: 'Elastic IP addresses and what they are attached to.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeAddresses',
  scope: 'regional',
  items: (output) => output.Addresses ?? [],
  // An address of EC2-Classic has no allocation.
  id: (address) => address.AllocationId ?? address.PublicIp,
  arn: (address, place) =>
    address.AllocationId === undefined ? undefined : arn(place, 'ec2', `elastic-ip/${address.AllocationId}`),
  state: (address) => (address.AssociationId === undefined && !address.InstanceId ? 'unattached' : 'attached'),
  tags: (address) => address.Tags,
  fields: [
    { ...sharedFields.publicIp, value: (address) => address.PublicIp || undefined },
    { ...sharedFields.privateIp, value: (address) => address.PrivateIpAddress || undefined },
    {
      ...sharedFields.attachedTo,
      value: (address) => [address.InstanceId, address.NetworkInterfaceId].flatMap((id) => id || []),
    },
  ],
  example: {
    Addresses: [
      {
        AllocationId: 'eipalloc-0a1b2c3d4e5f60718',
        AssociationId: 'eipassoc-0a1b2c3d4e5f60718',
        PublicIp: '203.0.113.10',
        PrivateIpAddress: '10.0.0.10',
        InstanceId: 'i-0a1b2c3d4e5f60718',
        Domain: 'vpc',
        Tags: [{ Key: 'Name', Value: 'web-1' }],
      },
      { AllocationId: 'eipalloc-1a1b2c3d4e5f60718', PublicIp: '203.0.113.11', Domain: 'vpc' },
    ],
  },
});
