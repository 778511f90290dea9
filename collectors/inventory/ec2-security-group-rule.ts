import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Rules of security groups, which have ids and tags as other resources. */
export const ec2SecurityGroupRule = declareKind({
  name: 'ec2-security-group-rule',
  summary: 'Security group rules with protocol, ports and the addresses or groups that they admit.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeSecurityGroupRules',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.SecurityGroupRules ?? [],
  id: (rule) => rule.SecurityGroupRuleId,
  arn: (rule, place) => rule.SecurityGroupRuleArn ?? arn(place, 'ec2', `security-group-rule/${rule.SecurityGroupRuleId}`),
  owner: (rule) => rule.GroupOwnerId,
  tags: (rule) => rule.Tags,
  fields: [
    {
      name: 'resource.group_id',
      type: 'keyword',
      description: 'Security group that it belongs to.',
      value: (rule) => rule.GroupId,
    },
    {
      name: 'resource.egress',
      type: 'boolean',
      description: 'Whether it is for outbound traffic.',
      value: (rule) => rule.IsEgress,
    },
    { name: 'resource.protocol', type: 'keyword', description: 'IP protocol; `-1` is all.', value: (rule) => rule.IpProtocol },
    {
      name: 'resource.from_port',
      type: 'long',
      description: 'First port, or ICMP type; -1 is all.',
      value: (rule) => rule.FromPort,
    },
    { name: 'resource.to_port', type: 'long', description: 'Last port, or ICMP code; -1 is all.', value: (rule) => rule.ToPort },
    { ...sharedFields.cidrs, value: (rule) => [rule.CidrIpv4, rule.CidrIpv6].flatMap((range) => range ?? []) },
    {
      name: 'resource.referenced_group',
      type: 'keyword',
      description: 'Security group that it admits.',
      value: (rule) => rule.ReferencedGroupInfo?.GroupId,
    },
    {
      ...sharedFields.openToInternet,
      value: (rule) => rule.IsEgress !== true && (rule.CidrIpv4 === '0.0.0.0/0' || rule.CidrIpv6 === '::/0'),
    },
    { ...sharedFields.description, value: (rule) => rule.Description || undefined },
  ],
  example: {
    SecurityGroupRules: [
      {
        SecurityGroupRuleId: 'sgr-0a1b2c3d4e5f60718',
        GroupId: 'sg-0a1b2c3d4e5f60718',
        GroupOwnerId: '111111111111',
        IsEgress: false,
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        CidrIpv4: '0.0.0.0/0',
        Tags: [{ Key: 'Name', Value: 'https' }],
      },
      { SecurityGroupRuleId: 'sgr-1a1b2c3d4e5f60718', GroupOwnerId: '111111111111', IsEgress: true, IpProtocol: '-1' },
    ],
  },
});
