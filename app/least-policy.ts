import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { kinds as allKinds } from '../collectors/inventory/registry.ts';
import type { JsonObject } from '../core/json.ts';

/** The actions that no kind of resource declares: they find out which regions are enabled in an account, and read the log groups that lists/log_groups.txt names. */
const BESIDE_KINDS = ['ec2:DescribeRegions', 'logs:DescribeLogGroups', 'logs:FilterLogEvents'];

/** Characters of a managed policy, blanks not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const MANAGED_POLICY_CHARACTERS = 6_144;

/** The IAM policy that the role in each member account needs, and no more; derived from the declarations of what is read. */
export function leastPolicy(kinds: readonly ResourceKind[] = allKinds): JsonObject {
  return document([...new Set([...BESIDE_KINDS, ...kinds.flatMap((kind) => kind.actions)])].sort());
}

/** A policy of `leastPolicy` as documents that each fit into a managed policy; together they allow the same. */
export function splitPolicy(policy: JsonObject, limit = MANAGED_POLICY_CHARACTERS): JsonObject[] {
  const parts: string[][] = [];
  for (const action of actionsOf(policy)) {
    const part = parts.at(-1);
    if (part !== undefined && policyLength(document([...part, action])) <= limit) part.push(action);
    else parts.push([action]);
  }
  return parts.map(document);
}

export const actionsOf = (policy: JsonObject): readonly string[] =>
  (policy as unknown as Policy).Statement.flatMap(({ Action }) => Action);

/** The size of a policy as IAM counts it: without white space. */
export const policyLength = (policy: JsonObject): number => JSON.stringify(policy).length;

interface Policy {
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}

/** Describe and list actions support no resource-level permissions, so the resource is `*`. */
const document = (actions: string[]): JsonObject => ({
  Version: '2012-10-17',
  Statement: [{ Sid: 'OrgscopeRead', Effect: 'Allow', Action: actions, Resource: '*' }],
});
