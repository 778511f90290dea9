import { type Json, type JsonObject, memberAt, textOf } from '../core/json.ts';

/** The connections of a region's security groups, by group id, from its network interfaces. */
export type Connections = Map<string, { readonly to: Set<string>; readonly services: Set<string> }>;

/** Adds the security groups of these network interfaces (as `aws ec2 describe-network-interfaces` prints them). */
export function connectSecurityGroups(connections: Connections, interfaces: readonly JsonObject[]): void {
  for (const face of interfaces) {
    const id = textOf(face.NetworkInterfaceId);
    const instance = textOf(memberAt(face.Attachment, 'InstanceId'));
    const service = serviceOf(face, instance);
    for (const group of Array.isArray(face.Groups) ? face.Groups : []) {
      const groupId = textOf(memberAt(group, 'GroupId'));
      if (groupId === undefined) continue;
      const connection = connections.get(groupId) ?? { to: new Set(), services: new Set() };
      connections.set(groupId, connection);
      const target = instance ?? id;
      if (target !== undefined) connection.to.add(target);
      if (service !== undefined) connection.services.add(service);
    }
  }
}

/** The connection fields of a group. Interfaces of other accounts (in a shared VPC) are not visible: a group that only they use counts as unconnected. */
export function connectionFields(groupId: string, connections: Connections): Record<string, Json> {
  const connection = connections.get(groupId);
  return {
    'resource.connected': connection !== undefined,
    'resource.connected_to': [...(connection?.to ?? [])].sort(),
    'resource.connected_services': [...(connection?.services ?? [])].sort(),
  };
}

/** `InterfaceType` names newer services only; older ones appear in the requester or the description. */
const BY_TYPE: Readonly<Record<string, string>> = {
  lambda: 'lambda',
  load_balancer: 'elb',
  network_load_balancer: 'elb',
  gateway_load_balancer: 'elb',
  gateway_load_balancer_endpoint: 'vpc-endpoint',
  vpc_endpoint: 'vpc-endpoint',
  nat_gateway: 'nat-gateway',
  natGateway: 'nat-gateway',
  transit_gateway: 'transit-gateway',
  api_gateway_managed: 'apigateway',
  global_accelerator_managed: 'globalaccelerator',
  quicksight: 'quicksight',
  efs: 'efs',
};
const BY_REQUESTER: Readonly<Record<string, string>> = {
  'amazon-elb': 'elb',
  'amazon-rds': 'rds',
  'amazon-redshift': 'redshift',
  'amazon-elasticache': 'elasticache',
};
const BY_DESCRIPTION: readonly (readonly [RegExp, string])[] = [
  [/^ELB /, 'elb'],
  [/^RDSNetworkInterface/, 'rds'],
  [/^AWS Lambda VPC ENI/, 'lambda'],
  [/^EFS mount target/, 'efs'],
  [/^arn:[^:]+:ecs:/, 'ecs'],
  [/^Amazon EKS/, 'eks'],
  [/^RedshiftNetworkInterface/, 'redshift'],
  [/^ElastiCache/, 'elasticache'],
  [/^DMSNetworkInterface/, 'dms'],
  [/^VPC Endpoint Interface/, 'vpc-endpoint'],
];

function serviceOf(face: JsonObject, instance: string | undefined): string | undefined {
  const description = textOf(face.Description) ?? '';
  return (
    BY_TYPE[textOf(face.InterfaceType) ?? ''] ??
    BY_REQUESTER[textOf(face.RequesterId) ?? ''] ??
    BY_DESCRIPTION.find(([pattern]) => pattern.test(description))?.[1] ??
    (instance === undefined ? undefined : 'ec2')
  );
}
