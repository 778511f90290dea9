import { type Json, type JsonObject, memberAt } from '../core/json.ts';

/** The groups that each group's rules name. */
type References = ReadonlyMap<string, ReadonlySet<string>>;

/** Adds the references in the rules of these groups (as `aws ec2 describe-security-groups` prints them). */
export function referencesBetween(groups: readonly JsonObject[]): References {
  const references = new Map<string, Set<string>>();
  for (const group of groups) {
    const named = new Set<string>();
    for (const rule of [...list(group.IpPermissions), ...list(group.IpPermissionsEgress)]) {
      for (const pair of list(memberAt(rule, 'UserIdGroupPairs'))) {
        const id = memberAt(pair, 'GroupId');
        if (typeof id === 'string') named.add(id);
      }
    }
    if (typeof group.GroupId === 'string') references.set(group.GroupId, named);
  }
  return references;
}

/** A group that names itself (its members reach one another) is not referenced by another. */
export function referenceFields(id: string, references: References): Record<string, Json> {
  const by = [...references].filter(([group, named]) => group !== id && named.has(id)).map(([group]) => group);
  return {
    'resource.references': [...(references.get(id) ?? [])].sort(),
    'resource.referenced_by': by.sort(),
  };
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
