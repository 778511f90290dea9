import type { IpPermission } from '@aws-sdk/client-ec2';
import { arn, declareKind } from './declare-kind.ts';
import { ec2NetworkInterface } from './ec2-network-interface.ts';
import { sharedFields } from './shared-fields.ts';

const ANYWHERE: readonly (string | undefined)[] = ['0.0.0.0/0', '::/0'];

/** Security groups, and the instances and interfaces that they protect. */
export const ec2SecurityGroup = declareKind({
  name: 'ec2-security-group',
  summary: 'Security groups with the resources that use them, and whether they are open to the internet.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeSecurityGroups',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.SecurityGroups ?? [],
  id: (group) => group.GroupId,
  arn: (group, place) => group.SecurityGroupArn ?? arn(place, 'ec2', `security-group/${group.GroupId}`),
  owner: (group) => group.OwnerId,
  title: (group) => group.GroupName,
  tags: (group) => group.Tags,
  fields: [
    { ...sharedFields.vpcId, value: (group) => group.VpcId },
    {
      name: 'resource.connected',
      type: 'boolean',
      description: 'Whether any network interface of the account has the group; absent where the interfaces could not be read.',
    },
    {
      name: 'resource.connected_to',
      type: 'keyword',
      array: true,
      description:
        'Ids of the instances that have the group, and of network interfaces with the group that belong to no instance.',
    },
    {
      name: 'resource.connected_services',
      type: 'keyword',
      array: true,
      description: 'Services whose network interfaces have the group: `ec2`, `rds`, `elb`, `lambda`, …',
    },
    {
      name: 'resource.references',
      type: 'keyword',
      array: true,
      description: 'Ids of the groups that its rules name, itself included where its members may reach one another.',
    },
    {
      name: 'resource.referenced_by',
      type: 'keyword',
      array: true,
      description: 'Ids of the other groups of the region whose rules name it.',
    },
    {
      name: 'resource.open_ports',
      type: 'keyword',
      array: true,
      description: 'Ports that are open to every address, as `tcp/22`, `udp/1000-2000` or `all`.',
      value: (group) => (group.IpPermissions ?? []).filter(admitsAll).map(portsOf),
    },
    {
      ...sharedFields.openToInternet,
      value: (group) => (group.IpPermissions ?? []).some(admitsAll),
    },
    { ...sharedFields.description, value: (group) => group.Description || undefined },
  ],
  lookUps: [{ adds: 'connections', through: ec2NetworkInterface }, { adds: 'references' }],
  page: {
    rank: 8,
    accessRules: {
      surroundings: [
        'ec2-vpc',
        'ec2-security-group-rule',
        'organizations-account',
        'organizations-organizational-unit',
        'organizations-policy',
      ],
    },
  },
  example: {
    SecurityGroups: [
      {
        GroupId: 'sg-0a1b2c3d4e5f60718',
        GroupName: 'web',
        Description: 'web servers',
        OwnerId: '111111111111',
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      },
    ],
  },
});

function admitsAll({ IpRanges, Ipv6Ranges }: IpPermission): boolean {
  return (
    (IpRanges ?? []).some((range) => ANYWHERE.includes(range.CidrIp)) ||
    (Ipv6Ranges ?? []).some((range) => ANYWHERE.includes(range.CidrIpv6))
  );
}

function portsOf({ IpProtocol, FromPort, ToPort }: IpPermission): string {
  if (IpProtocol === undefined || IpProtocol === '-1') return 'all';
  if (FromPort === undefined || FromPort === -1) return IpProtocol;
  return `${IpProtocol}/${FromPort}${ToPort === undefined || ToPort === FromPort ? '' : `-${ToPort}`}`;
}
