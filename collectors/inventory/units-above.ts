import type { Account, OrganizationalUnit } from '@aws-sdk/client-organizations';
import { OrgscopeError, type Problem } from '../../core/problem.ts';
import { codeOf } from './declare-kind.ts';
import type { Cli } from './to-cli-record.ts';

/** An account with the units that it is in, the topmost first, each as `list-organizational-units-for-parent` prints it. */
export type AccountRecord = Cli<Account> & { readonly OrganizationalUnits?: readonly Unit[] };

type Unit = Cli<OrganizationalUnit>;
type AskUnits = (
  call: 'ListOrganizationalUnitsForParent',
  input: { ParentId: string },
) => AsyncIterable<{ readonly OrganizationalUnits?: readonly Unit[] | undefined }>;

/** Units by their ids, for each parent that was asked for: the accounts of a sweep share them, and so cost one listing a parent. */
const asked = new WeakMap<AskUnits, Map<string, Promise<ReadonlyMap<string, Unit>>>>();

/**
 * The account with its units. Its own record has their ids (`o-…/r-…/ou-…/ou-…/account/`), and what lists the parent has their
 * names. Where these may not be read, the units are absent, and that is reported once. AWS tells `Paths` since March 2026: an account
 * in a dump of an older CLI has no unit.
 */
export async function withUnits(
  ask: AskUnits,
  account: AccountRecord,
  report: (problem: Problem) => void,
): Promise<AccountRecord> {
  const way = (account.Paths?.[0] ?? '').split('/').filter((id) => /^(r|ou)-/.test(id));
  const parents = asked.get(ask) ?? new Map<string, Promise<ReadonlyMap<string, Unit>>>();
  asked.set(ask, parents);
  const units: Unit[] = [];
  for (const [index, id] of way.slice(1).entries()) {
    const parent = way[index] as string;
    let listed = parents.get(parent);
    if (listed === undefined) {
      listed = unitsOf(ask, parent, report);
      parents.set(parent, listed);
    }
    const unit = (await listed).get(id);
    // Moved or deleted between the two calls, or not to be read: half a way would be another unit's.
    if (unit === undefined) return account;
    units.push(unit);
  }
  return units.length === 0 ? account : { ...account, OrganizationalUnits: units };
}

async function unitsOf(ask: AskUnits, parent: string, report: (problem: Problem) => void): Promise<ReadonlyMap<string, Unit>> {
  const units = new Map<string, Unit>();
  try {
    for await (const { OrganizationalUnits } of ask('ListOrganizationalUnitsForParent', { ParentId: parent })) {
      for (const unit of OrganizationalUnits ?? []) if (unit.Id !== undefined) units.set(unit.Id, unit);
    }
  } catch (error) {
    if (!(error instanceof OrgscopeError)) throw error;
    if (codeOf(error.cause) === 'ParentNotFoundException') return units;
    if (error.code !== 'denied') throw error;
    const action = error.where.action ?? 'organizations:ListOrganizationalUnitsForParent';
    report({
      code: 'denied',
      severity: 'notice',
      message: `access denied to ${action}; accounts are without their organisational unit`,
      next: 'The policy of the role in the management account must allow it.',
      where: { object: parent, action },
    });
  }
  return units;
}

/**
 * The names from the top, such as `Workloads/Prod`; undefined right under the root. A slash within a name has a backslash before
 * it, so that no unit is taken for one within another.
 */
export function unitPath({ OrganizationalUnits: units = [] }: AccountRecord): string | undefined {
  return units.length === 0 ? undefined : units.map(({ Name = '' }) => Name.replaceAll(/[\\/]/g, '\\$&')).join('/');
}
