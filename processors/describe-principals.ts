import type { Json } from '../core/json.ts';
import { tagFields } from './tag-fields.ts';

interface Attached {
  readonly PolicyArn?: string | undefined;
}
interface Inline {
  readonly PolicyName?: string | undefined;
}

/** The members of a user, group or role of `aws iam get-account-authorization-details` that are used here. */
export interface Principal {
  readonly Arn?: string | undefined;
  readonly GroupList?: readonly string[] | undefined;
  readonly AttachedManagedPolicies?: readonly Attached[] | undefined;
  readonly UserPolicyList?: readonly Inline[] | undefined;
  readonly GroupPolicyList?: readonly Inline[] | undefined;
  readonly RolePolicyList?: readonly Inline[] | undefined;
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn?: string | undefined } | undefined;
  readonly RoleLastUsed?: { readonly LastUsedDate?: string | undefined } | undefined;
  readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;
}

/** Fields by ARN that the listings of users, groups and roles lack: policies, groups, tags and last use. */
export function describePrincipals(principals: readonly Principal[]): ReadonlyMap<string, Readonly<Record<string, Json>>> {
  const found = new Map<string, Record<string, Json>>();
  for (const principal of principals) {
    if (principal.Arn === undefined) continue;
    const inline = principal.UserPolicyList ?? principal.GroupPolicyList ?? principal.RolePolicyList ?? [];
    const boundary = principal.PermissionsBoundary?.PermissionsBoundaryArn;
    const lastUsed = principal.RoleLastUsed?.LastUsedDate;
    const tags = (principal.Tags ?? []).flatMap(({ Key, Value = '' }) => (Key === undefined ? [] : [[Key, Value] as const]));
    found.set(principal.Arn, {
      'resource.attached_policies': (principal.AttachedManagedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []),
      'resource.inline_policies': inline.flatMap(({ PolicyName }) => PolicyName ?? []),
      ...(principal.GroupList === undefined ? {} : { 'resource.groups': [...principal.GroupList] }),
      ...(boundary === undefined ? {} : { 'resource.permissions_boundary': boundary }),
      ...(lastUsed === undefined ? {} : { 'resource.last_used': new Date(lastUsed).toISOString() }),
      ...tagFields(Object.fromEntries(tags)),
    });
  }
  return found;
}
