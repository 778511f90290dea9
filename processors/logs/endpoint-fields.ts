import type { NamedEndpoint } from './resource-names.ts';

/** The members that `mappings/endpoint-fields.ts` declares, of `source` or `destination` for what the inventory knows of it; undefined ones are left out of a document. */
export const endpointFields = (endpoint: NamedEndpoint) => ({
  ...(endpoint.instanceId !== undefined && { instance: { id: endpoint.instanceId, name: endpoint.instanceName } }),
  ...(endpoint.service !== undefined && { service: { name: endpoint.service } }),
  ...(endpoint.securityGroups !== undefined &&
    endpoint.securityGroups.length > 0 && { security_group: { id: endpoint.securityGroups } }),
  ...(endpoint.loadBalancer !== undefined && { load_balancer: { name: endpoint.loadBalancer } }),
  ...(endpoint.interfaceId !== undefined && { interface: { id: endpoint.interfaceId } }),
  ...(endpoint.availabilityZone !== undefined && { availability_zone: endpoint.availabilityZone }),
});
