import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing';
import type { LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { arnOf } from '../organisation.ts';
import { makeNetworkInterface } from './network-interface.ts';
import type { Dated, RegionScope } from './region-scope.ts';
import type { SecurityGroups } from './security-groups.ts';

/** A load balancer of an account, with its target groups and its network interfaces. */
export interface MadeLoadBalancer {
  readonly balancer: LoadBalancer;
  readonly targetGroups: readonly TargetGroup[];
  readonly networkInterfaces: readonly Dated<NetworkInterface>[];
}

/** How long the load balancers have been there. */
const AGE_DAYS = 410;
/** A load balancer has an interface in this many availability zones. */
const ZONES_USED = 2;

/** The application load balancer of each product in production, and the network load balancer of the shop, all in the account's home region. */
export function makeLoadBalancers(scope: RegionScope, groups: SecurityGroups): MadeLoadBalancer[] {
  const { account, home, production } = scope;
  if (!home || !production || account.team === 'data' || account.team === 'corporate') return [];
  const web = makeLoadBalancer(scope, groups, `${account.team}-web`, 'application', ['web', 'api']);
  if (account.name !== 'storefront-prod') return [web];
  return [web, makeLoadBalancer(scope, groups, `${account.team}-edge`, 'network', ['mqtt'])];
}

function makeLoadBalancer(
  scope: RegionScope,
  groups: SecurityGroups,
  name: string,
  type: 'application' | 'network',
  targets: readonly string[],
): MadeLoadBalancer {
  const { account, region, calendar, vpcId, subnets, zoneName } = scope;
  const random = scope.stream('load balancer', name);
  const short = `${type === 'application' ? 'app' : 'net'}/${name}/${random.hex(16)}`;
  const arn = arnOf('elasticloadbalancing', region, account.id, `loadbalancer/${short}`);
  const created = calendar.daysBefore(AGE_DAYS);
  const securityGroups = type === 'application' ? [groups.ofRole.web] : [];
  const balancer: LoadBalancer = {
    LoadBalancerArn: arn,
    LoadBalancerName: name,
    DNSName: `${name}-${random.digits(10)}.${type === 'application' ? '' : 'elb.'}${region}.elb.amazonaws.com`,
    CreatedTime: new Date(created),
    Scheme: 'internet-facing',
    VpcId: vpcId,
    State: { Code: 'active' },
    Type: type,
    AvailabilityZones: subnets.slice(0, ZONES_USED).map((SubnetId, zone) => ({ ZoneName: zoneName(zone), SubnetId })),
    SecurityGroups: securityGroups.map(({ GroupId = '' }) => GroupId),
    IpAddressType: 'ipv4',
  };
  const targetGroups = targets.map(
    (target): TargetGroup => ({
      TargetGroupArn: arnOf(
        'elasticloadbalancing',
        region,
        account.id,
        `targetgroup/${account.team}-${target}/${random.hex(16)}`,
      ),
      TargetGroupName: `${account.team}-${target}`,
      Protocol: type === 'application' ? 'HTTP' : 'TLS',
      Port: type === 'application' ? 8080 : 8883,
      VpcId: vpcId,
      TargetType: 'instance',
      LoadBalancerArns: [arn],
    }),
  );
  const networkInterfaces = [...Array(ZONES_USED).keys()].map((zone): Dated<NetworkInterface> => {
    const ip = scope.address(zone, 8, random.int(10, 200));
    const made = makeNetworkInterface(scope, random, ip, zone, securityGroups, {
      Description: `ELB ${short}`,
      RequesterManaged: true,
      Association: { PublicIp: `192.0.2.${random.int(1, 254)}`, IpOwnerId: 'amazon-elb' },
    });
    return [created, made];
  });
  return { balancer, targetGroups, networkInterfaces };
}

/** The classic load balancer that the campaign site still has. */
export function makeClassicLoadBalancers(scope: RegionScope): LoadBalancerDescription[] {
  if (scope.account.name !== 'marketing-web' || !scope.home) return [];
  const name = 'campaign-legacy';
  return [
    {
      LoadBalancerName: name,
      DNSName: `${name}-${scope.stream('load balancer', name).digits(10)}.${scope.region}.elb.amazonaws.com`,
      CreatedTime: new Date(scope.calendar.daysBefore(2_100)),
      Scheme: 'internet-facing',
      VPCId: scope.vpcId,
      AvailabilityZones: [scope.zoneName(0)],
      Subnets: scope.subnets.slice(0, 1),
      SecurityGroups: [],
      Instances: [],
    },
  ];
}
