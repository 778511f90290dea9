import type { Account, OrganizationalUnit } from '@aws-sdk/client-organizations';
import { OrgscopeError } from '../../core/problem.ts';
import type { FollowUp } from './follow-ups.ts';
import { isGone } from './is-gone.ts';
import type { Cli } from './to-cli-record.ts';

/** An account with the units that it is in, the topmost first, each as `list-organizational-units-for-parent` prints it. */
export type AccountRecord = Cli<Account> & { readonly OrganizationalUnits?: readonly Unit[] };

type Unit = Cli<OrganizationalUnit>;
type AskUnits = (
  call: 'ListOrganizationalUnitsForParent',
  input: { ParentId: string },
) => AsyncIterable<{ readonly OrganizationalUnits?: readonly Unit[] | undefined }>;

/** Units by their ids; undefined if they can't be read, which is reported already. */
type Listed = ReadonlyMap<string, Unit> | undefined;

/** The listings by parent. The accounts of a sweep share them, so that each parent is listed once. */
const asked = new WeakMap<AskUnits, Map<string, Promise<Listed>>>();

const CALL = 'organizations:ListOrganizationalUnitsForParent';

/**
 * The account with its units. The account's record has their ids (`o-…/r-…/ou-…/ou-…/account/`), and a listing of the parent has
 * their names. If a listing can't be read, the units are absent, which is reported once. `Paths` exists since March 2026: an
 * account in a dump of an older CLI has no unit.
 */
export async function withUnits(ask: AskUnits, account: AccountRecord, followUp: FollowUp): Promise<AccountRecord> {
  const way = (account.Paths?.[0] ?? '').split('/').filter((id) => /^(r|ou)-/.test(id));
  const parents = asked.get(ask) ?? new Map<string, Promise<Listed>>();
  asked.set(ask, parents);
  const units: Unit[] = [];
  for (const [index, id] of way.slice(1).entries()) {
    const parent = way[index] as string;
    let listed = parents.get(parent);
    if (listed === undefined) {
      listed = unitsOf(ask, parent, followUp);
      parents.set(parent, listed);
    }
    const found = await listed;
    if (found === undefined) followUp.leftOut(CALL);
    const unit = found?.get(id);
    if (unit === undefined) return account;
    units.push(unit);
  }
  return units.length === 0 ? account : { ...account, OrganizationalUnits: units };
}

async function unitsOf(ask: AskUnits, parent: string, followUp: FollowUp): Promise<Listed> {
  const units = new Map<string, Unit>();
  return followUp.detail(async () => {
    try {
      for await (const { OrganizationalUnits } of ask('ListOrganizationalUnitsForParent', { ParentId: parent })) {
        for (const unit of OrganizationalUnits ?? []) if (unit.Id !== undefined) units.set(unit.Id, unit);
      }
    } catch (error) {
      // The unit was deleted, not the account that was in it.
      if (isGone(error)) return units;
      if (!(error instanceof OrgscopeError) || error.code !== 'denied') throw error;
      const action = error.where.action ?? CALL;
      followUp.report({
        code: 'denied',
        severity: 'notice',
        message: `access denied to ${action}; accounts are without their organisational unit`,
        next: 'The policy of the role in the management account must allow it.',
        where: { object: parent, action },
      });
      return undefined;
    }
    return units;
  });
}

/**
 * The names from the top, such as `Workloads/Prod`; undefined right under the root. A slash within a name has a backslash before
 * it, so that no unit is taken for one within another.
 */
export function unitPath({ OrganizationalUnits: units = [] }: AccountRecord): string | undefined {
  return units.length === 0 ? undefined : units.map(({ Name = '' }) => Name.replaceAll(/[\\/]/g, '\\$&')).join('/');
}
