import type { Metric } from '@aws-sdk/client-cloudwatch';
import type { RegionEstate } from './region-estate.ts';

const OF_INSTANCE = ['CPUUtilization', 'NetworkIn', 'NetworkOut', 'StatusCheckFailed'];
const OF_DATABASE = ['CPUUtilization', 'DatabaseConnections', 'FreeStorageSpace', 'FreeableMemory', 'ReadLatency'];
const OF_NAT_GATEWAY = ['BytesOutToDestination', 'ErrorPortAllocation'];

/** The metrics that CloudWatch lists for one account in one region. */
export function regionMetrics({ account, reservations, databases, natGateways }: RegionEstate): Metric[] {
  const metrics = (Namespace: string, names: readonly string[], Name: string, Value: string | undefined): Metric[] =>
    names.map((MetricName) => ({ Namespace, MetricName, Dimensions: [{ Name, Value }] }));
  const running = reservations.flatMap(({ Instances }) => Instances ?? []).filter(({ State }) => State?.Name === 'running');
  return [
    ...running.flatMap(({ InstanceId, Platform }) => [
      ...metrics('AWS/EC2', OF_INSTANCE, 'InstanceId', InstanceId),
      // The CloudWatch agent runs in production only, and on Linux only.
      ...(account.environment === 'prod' && Platform === undefined
        ? metrics('CWAgent', ['mem_used_percent', 'disk_used_percent'], 'InstanceId', InstanceId)
        : []),
    ]),
    ...databases.flatMap((database) => metrics('AWS/RDS', OF_DATABASE, 'DBInstanceIdentifier', database.DBInstanceIdentifier)),
    ...natGateways.flatMap((gateway) => metrics('AWS/NATGateway', OF_NAT_GATEWAY, 'NatGatewayId', gateway.NatGatewayId)),
  ];
}
