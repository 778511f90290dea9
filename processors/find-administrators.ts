import type { Json } from '../core/json.ts';

interface Policy {
  readonly PolicyDocument?: string | undefined;
}
interface Attached {
  readonly PolicyArn?: string | undefined;
}

/** The members of `aws iam get-account-authorization-details` that show who is an administrator. */
export interface AuthorizationPage {
  readonly UserDetailList?:
    | readonly {
        readonly UserName?: string | undefined;
        readonly GroupList?: readonly string[] | undefined;
        readonly UserPolicyList?: readonly Policy[] | undefined;
        readonly AttachedManagedPolicies?: readonly Attached[] | undefined;
      }[]
    | undefined;
  readonly GroupDetailList?:
    | readonly {
        readonly GroupName?: string | undefined;
        readonly GroupPolicyList?: readonly Policy[] | undefined;
        readonly AttachedManagedPolicies?: readonly Attached[] | undefined;
      }[]
    | undefined;
  readonly Policies?:
    | readonly {
        readonly Arn?: string | undefined;
        readonly PolicyVersionList?:
          | readonly { readonly IsDefaultVersion?: boolean | undefined; readonly Document?: string | undefined }[]
          | undefined;
      }[]
    | undefined;
}

export interface UserRights {
  readonly administrator: boolean;
  readonly groups: readonly string[];
}

/**
 * The users of an account, by name, and which of them have a policy (inline, attached, or through a group) that allows every
 * action on every resource. Denials, permission boundaries and conditions are ignored: a false administrator is noticed when it is
 * checked, and a missing one is not.
 */
export function findAdministrators(pages: readonly AuthorizationPage[]): ReadonlyMap<string, UserRights> {
  const open = new Set<string>();
  for (const policy of pages.flatMap((page) => page.Policies ?? [])) {
    const current = policy.PolicyVersionList?.find((version) => version.IsDefaultVersion === true);
    if (policy.Arn !== undefined && allowsEverything(current?.Document)) open.add(policy.Arn);
  }
  const grants = (inline: readonly Policy[] | undefined, attached: readonly Attached[] | undefined) =>
    (inline ?? []).some((policy) => allowsEverything(policy.PolicyDocument)) ||
    (attached ?? []).some(
      ({ PolicyArn }) =>
        PolicyArn !== undefined && (open.has(PolicyArn) || /^arn:[^:]+:iam::aws:policy\/AdministratorAccess$/.test(PolicyArn)),
    );
  const groups = new Set<string>();
  for (const group of pages.flatMap((page) => page.GroupDetailList ?? [])) {
    if (group.GroupName !== undefined && grants(group.GroupPolicyList, group.AttachedManagedPolicies))
      groups.add(group.GroupName);
  }
  const users = new Map<string, UserRights>();
  for (const user of pages.flatMap((page) => page.UserDetailList ?? [])) {
    if (user.UserName === undefined) continue;
    const memberOf = user.GroupList ?? [];
    users.set(user.UserName, {
      administrator: grants(user.UserPolicyList, user.AttachedManagedPolicies) || memberOf.some((group) => groups.has(group)),
      groups: memberOf,
    });
  }
  return users;
}

/** The API gives policy documents percent-encoded, the CLI prints them decoded; a document that is neither allows nothing. */
function allowsEverything(document: string | undefined): boolean {
  if (document === undefined) return false;
  let policy: Json;
  try {
    policy = JSON.parse(document.trimStart().startsWith('{') ? document : decodeURIComponent(document)) as Json;
  } catch {
    return false;
  }
  if (policy === null || typeof policy !== 'object' || Array.isArray(policy)) return false;
  return list(policy.Statement).some((statement) => {
    if (statement === null || typeof statement !== 'object' || Array.isArray(statement)) return false;
    const { Effect, Action, Resource } = statement;
    return (
      Effect === 'Allow' &&
      list(Action).some((action) => action === '*' || action === '*:*') &&
      list(Resource).some((resource) => resource === '*')
    );
  });
}

const list = (value: Json | undefined): readonly Json[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
