/** Lines name an application or network balancer by the part of its ARN after this. */
const BALANCER = ':loadbalancer/';

/** Yields the values of `related.entity` in the log lines of a resource: its id and its ARN, and a load balancer as its own logs name it. */
export function lineEntities(resource: { readonly id: string; readonly arn: string | null } | string): readonly string[] {
  if (typeof resource === 'string') return [resource];
  const { id, arn } = resource;
  if (arn === null) return [id];
  const at = arn.indexOf(BALANCER);
  // The name of such a balancer is unique in its account and region only, and that of a classic one has no ARN here.
  return at < 0 ? [id, arn] : [arn, arn.slice(at + BALANCER.length)];
}
