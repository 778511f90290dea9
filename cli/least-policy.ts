import { kinds } from '../collectors/inventory/registry.ts';
import type { JsonObject } from '../core/json.ts';

/** What is asked to learn where to look: the regions that are enabled in the account. */
const DISCOVERY = ['ec2:DescribeRegions'];

/** The IAM policy that the role in each member account needs, and no more; derived from the declarations of what is read. */
export function leastPolicy(): JsonObject {
  const actions = [...new Set([...DISCOVERY, ...kinds.flatMap((kind) => kind.actions)])].sort();
  // Describe and list calls know no resource: AWS wants `*` for them.
  return { Version: '2012-10-17', Statement: [{ Sid: 'OrgscopeRead', Effect: 'Allow', Action: actions, Resource: '*' }] };
}
