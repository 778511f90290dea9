import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Classic load balancers. */
export const elbLoadBalancer = declareKind({
  name: 'elb-load-balancer',
  summary: 'Classic load balancers with their instances.',
  service: 'elb',
  sdk: () => import('@aws-sdk/client-elastic-load-balancing'),
  client: (sdk) => sdk.ElasticLoadBalancingClient,
  call: 'DescribeLoadBalancers',
  scope: 'regional',
  iam: 'elasticloadbalancing',
  pageSize: 400,
  items: (output) => output.LoadBalancerDescriptions ?? [],
  id: (balancer) => balancer.LoadBalancerName,
  arn: (balancer, place) => arn(place, 'elasticloadbalancing', `loadbalancer/${balancer.LoadBalancerName}`),
  title: (balancer) => balancer.LoadBalancerName,
  created: (balancer) => balancer.CreatedTime,
  fields: [
    { ...sharedFields.vpcId, value: (balancer) => balancer.VPCId || undefined },
    { ...sharedFields.scheme, value: (balancer) => balancer.Scheme },
    { ...sharedFields.dnsName, value: (balancer) => balancer.DNSName },
    { ...sharedFields.securityGroups, value: (balancer) => balancer.SecurityGroups ?? [] },
    {
      ...sharedFields.attachedTo,
      value: (balancer) => (balancer.Instances ?? []).flatMap((instance) => instance.InstanceId ?? []),
    },
  ],
  page: { rank: 7 },
  example: {
    LoadBalancerDescriptions: [
      {
        LoadBalancerName: 'old-web',
        DNSName: 'old-web-123456789.eu-west-1.elb.amazonaws.com',
        Scheme: 'internet-facing',
        VPCId: 'vpc-0a1b2c3d4e5f60718',
        CreatedTime: '2026-01-02T03:04:05.000Z',
        Instances: [{ InstanceId: 'i-0a1b2c3d4e5f60718' }],
        SecurityGroups: ['sg-0a1b2c3d4e5f60718'],
      },
      { LoadBalancerName: 'older', Scheme: 'internal' },
    ],
  },
});
