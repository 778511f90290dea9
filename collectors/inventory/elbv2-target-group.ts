import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Target groups of load balancers. */
export const elbv2TargetGroup = declareKind({
  name: 'elbv2-target-group',
  summary: 'Target groups with protocol, port and the load balancers that use them.',
  service: 'elbv2',
  sdk: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  client: (sdk) => sdk.ElasticLoadBalancingV2Client,
  call: 'DescribeTargetGroups',
  scope: 'regional',
  iam: 'elasticloadbalancing',
  pageSize: 400,
  items: (output) => output.TargetGroups ?? [],
  id: (group) => group.TargetGroupName,
  arn: (group) => group.TargetGroupArn,
  title: (group) => group.TargetGroupName,
  fields: [
    { ...sharedFields.vpcId, value: (group) => group.VpcId },
    { ...sharedFields.attachedTo, value: (group) => group.LoadBalancerArns ?? [] },
    {
      name: 'resource.target_type',
      type: 'keyword',
      description: '`instance`, `ip`, `lambda` or `alb`.',
      value: (group) => group.TargetType,
    },
    { name: 'resource.port', type: 'long', description: 'Port that targets listen on.', value: (group) => group.Port },
  ],
  example: {
    TargetGroups: [
      {
        TargetGroupName: 'web',
        TargetGroupArn: 'arn:aws-cn:elasticloadbalancing:cn-north-1:111111111111:targetgroup/web/0a1b2c3d4e5f6071',
        Protocol: 'HTTP',
        Port: 80,
        TargetType: 'instance',
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        LoadBalancerArns: ['arn:aws-cn:elasticloadbalancing:cn-north-1:111111111111:loadbalancer/app/web/0a1b2c3d4e5f6071'],
      },
      {
        TargetGroupName: 'fn',
        TargetGroupArn: 'arn:aws-cn:elasticloadbalancing:cn-north-1:111111111111:targetgroup/fn/1a1b2c3d4e5f6071',
        TargetType: 'lambda',
      },
    ],
  },
});
