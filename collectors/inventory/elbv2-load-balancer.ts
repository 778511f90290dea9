import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Application, network and gateway load balancers. */
export const elbv2LoadBalancer = declareKind({
  name: 'elbv2-load-balancer',
  summary: 'Application, network and gateway load balancers.',
  service: 'elbv2',
  sdk: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  client: (sdk) => sdk.ElasticLoadBalancingV2Client,
  call: 'DescribeLoadBalancers',
  scope: 'regional',
  iam: 'elasticloadbalancing',
  pageSize: 400,
  items: (output) => output.LoadBalancers ?? [],
  id: (balancer) => balancer.LoadBalancerName,
  arn: (balancer) => balancer.LoadBalancerArn,
  title: (balancer) => balancer.LoadBalancerName,
  state: (balancer) => balancer.State?.Code,
  created: (balancer) => balancer.CreatedTime,
  fields: [
    { ...sharedFields.vpcId, value: (balancer) => balancer.VpcId },
    { ...sharedFields.scheme, value: (balancer) => balancer.Scheme },
    { ...sharedFields.dnsName, value: (balancer) => balancer.DNSName },
    { ...sharedFields.securityGroups, value: (balancer) => balancer.SecurityGroups ?? [] },
    {
      name: 'resource.load_balancer_type',
      type: 'keyword',
      description: '`application`, `network` or `gateway`.',
      value: (balancer) => balancer.Type,
    },
  ],
  page: { rank: 6 },
  example: {
    LoadBalancers: [
      {
        LoadBalancerName: 'web',
        LoadBalancerArn: 'arn:aws-cn:elasticloadbalancing:cn-north-1:111111111111:loadbalancer/app/web/0a1b2c3d4e5f6071',
        DNSName: 'web-123456789.cn-north-1.elb.amazonaws.com.cn',
        Scheme: 'internet-facing',
        Type: 'application',
        State: { Code: 'active' },
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        CreatedTime: '2026-01-02T03:04:05.000Z',
        SecurityGroups: ['sg-0a1b2c3d4e5f60718'],
      },
      {
        LoadBalancerName: 'stream',
        LoadBalancerArn: 'arn:aws-cn:elasticloadbalancing:cn-north-1:111111111111:loadbalancer/net/stream/1a1b2c3d4e5f6071',
        Type: 'network',
      },
    ],
  },
});
