import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type {
  Image,
  InternetGateway,
  NatGateway,
  NetworkInterface,
  Reservation,
  SecurityGroup,
  Snapshot,
  Subnet,
  TransitGateway,
  TransitGatewayAttachment,
  Volume,
  Vpc,
} from '@aws-sdk/client-ec2';
import type { LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing';
import type { LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { DBInstance } from '@aws-sdk/client-rds';
import type { Calendar } from '../calendar.ts';
import type { Organisation, SampleAccount } from '../organisation.ts';
import { makeNatAlarm } from './alarm.ts';
import { type Containers, makeContainers } from './containers.ts';
import { makeDatabases } from './databases.ts';
import { makeInternetGateways, makeNatGateways, makeTransitGatewayAttachments, makeTransitGateways } from './gateways.ts';
import { makeImages } from './images.ts';
import { makeInstances } from './instances.ts';
import { makeClassicLoadBalancers, makeLoadBalancers } from './load-balancers.ts';
import { makeSubnets, makeVpc } from './network.ts';
import { type Dated, makeRegionScope } from './region-scope.ts';
import { makeSecurityGroups } from './security-groups.ts';
import { makeUnencryptedSnapshot } from './snapshots.ts';

/** All resources of one account in one region. */
export interface RegionEstate {
  readonly account: SampleAccount;
  readonly region: string;
  readonly reservations: readonly Reservation[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly snapshots: readonly Snapshot[];
  readonly images: readonly Image[];
  readonly internetGateways: readonly InternetGateway[];
  readonly natGateways: readonly NatGateway[];
  readonly transitGateways: readonly TransitGateway[];
  readonly transitGatewayAttachments: readonly TransitGatewayAttachment[];
  readonly volumes: readonly Volume[];
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly databases: readonly DBInstance[];
  readonly alarms: readonly MetricAlarm[];
  readonly loadBalancers: readonly LoadBalancer[];
  readonly targetGroups: readonly TargetGroup[];
  readonly classicLoadBalancers: readonly LoadBalancerDescription[];
  readonly containers: Containers;
}

/** Makes the resources of one account in one region, as of the calendar's time. */
export function makeRegionEstate(
  organisation: Organisation,
  calendar: Calendar,
  account: SampleAccount,
  region: string,
): RegionEstate {
  const scope = makeRegionScope(organisation, calendar, account, region);
  const groups = makeSecurityGroups(scope);
  const images = makeImages(scope);
  const instances = makeInstances(scope, images, groups);
  const databases = makeDatabases(scope, groups);
  const natGateways = makeNatGateways(scope);
  const transitGateways = makeTransitGateways(scope);
  const loadBalancers = makeLoadBalancers(scope, groups);
  const existing = <Resource>(resources: readonly Dated<Resource>[]): Resource[] =>
    resources.filter(([created]) => created <= calendar.now).map(([, resource]) => resource);
  return {
    account,
    region,
    reservations: existing(instances.map(({ reservation }) => reservation)),
    securityGroups: groups.all,
    networkInterfaces: existing([
      ...[...instances, ...databases, ...natGateways].map(({ networkInterface }) => networkInterface),
      ...loadBalancers.flatMap(({ networkInterfaces }) => networkInterfaces),
    ]),
    snapshots: existing([
      ...images.snapshots,
      ...instances.flatMap(({ snapshots }) => snapshots),
      ...makeUnencryptedSnapshot(scope),
    ]),
    images: existing(images.images),
    internetGateways: makeInternetGateways(scope),
    natGateways: natGateways.map(({ gateway }) => gateway),
    transitGateways,
    transitGatewayAttachments: makeTransitGatewayAttachments(scope, transitGateways),
    volumes: existing(instances.map(({ volume }) => volume)),
    vpcs: [makeVpc(scope)],
    subnets: makeSubnets(scope, instances.length),
    databases: existing(databases.map(({ database }) => database)),
    alarms: existing([
      ...instances.flatMap(({ alarms }) => alarms),
      ...databases.flatMap(({ alarms }) => alarms),
      ...makeNatAlarm(scope),
    ]),
    loadBalancers: loadBalancers.map(({ balancer }) => balancer),
    targetGroups: loadBalancers.flatMap(({ targetGroups }) => targetGroups),
    classicLoadBalancers: makeClassicLoadBalancers(scope),
    containers: makeContainers(scope),
  };
}
