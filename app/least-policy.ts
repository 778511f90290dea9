import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { kinds as allKinds } from '../collectors/inventory/registry.ts';
import type { JsonObject } from '../core/json.ts';

/** The actions that find out which regions are enabled in an account. */
const DISCOVERY = ['ec2:DescribeRegions'];
/** The actions that read the log groups of lists/log_groups.txt. */
const LOG_GROUPS = ['logs:DescribeLogGroups', 'logs:FilterLogEvents'];

/** Characters of a managed policy, blanks not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const MANAGED_POLICY_CHARACTERS = 6_144;

/**
 * The IAM policy that the role in each member account needs, and no more; derived from the declarations of what is read. With some kinds it is that of inventory
 * for these kinds alone.
 */
export function leastPolicy(kinds?: readonly ResourceKind[]): JsonObject {
  const others = kinds === undefined ? [...DISCOVERY, ...LOG_GROUPS] : DISCOVERY;
  return document([...new Set([...others, ...(kinds ?? allKinds).flatMap((kind) => kind.actions)])].sort());
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
