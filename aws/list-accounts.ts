import { type Problem, toProblem } from '../core/problem.ts';
import { checkRegions } from './check-regions.ts';
import { discoverOrganization } from './discover-organization.ts';
import type { Identities } from './identities.ts';
import { type ListFolder, resolveAll } from './list-folder.ts';
import type { Account, AccountDiscovery, Reach } from './reach.ts';
import { duplicate, readAccountList } from './read-account-list.ts';
import { originOf } from './read-list.ts';

/** What the accounts of a list are resolved with. */
export interface AccountSources {
  readonly reach: Reach;
  readonly identities: Identities;
  readonly folder: ListFolder;
  /** Whether the organisation's accounts are added to those of account.txt. */
  readonly organization: boolean;
  readonly signal: AbortSignal | undefined;
}

/** The accounts of a list, and of the organisation where it is asked for. */
export async function listAccounts(
  { reach, identities, folder, organization, signal }: AccountSources,
  file: string,
): Promise<AccountDiscovery> {
  const lines = folder.read(file);
  const addsOrganization = organization && file === 'account.txt';
  const { entries, problems: listProblems } = readAccountList(lines, await folder.profilesFor(lines));
  const problems: Problem[] = [...listProblems];
  const found = await resolveAll(entries, problems, async ({ line, reader, regions }): Promise<Account> => {
    const identity = await identities.reader(reader);
    checkRegions(regions, identity);
    const name = reader.type === 'profile' ? reader.name : identity.account;
    return { id: identity.account, name, identity, regions, origin: originOf(line) };
  });

  const accounts = new Map<string, Account>();
  const lineOf = new Map<string, number>();
  for (const { entry, value } of found) {
    const earlier = lineOf.get(value.id);
    if (earlier === undefined) {
      accounts.set(value.id, value);
      lineOf.set(value.id, entry.line.line);
    } else problems.push(duplicate(entry.line, `account ${value.id}`, earlier));
  }

  if (addsOrganization) await addOrganization(reach, identities, accounts, entries, problems, signal);
  else if (lines.length === 0) {
    problems.push(
      folder.emptyList(
        file,
        file === 'account.txt' ? 'Name accounts in it, one a line, or use --organization.' : 'Name accounts in it, one a line.',
      ),
    );
  }
  return { accounts: [...accounts.values()], problems };
}

/** Adds the accounts of the organisation that no line of the list names. */
async function addOrganization(
  reach: Reach,
  identities: Identities,
  accounts: Map<string, Account>,
  entries: readonly { readonly reader: { readonly type: string; readonly id?: string; readonly account?: string } }[],
  problems: Problem[],
  signal: AbortSignal | undefined,
): Promise<void> {
  // A failed line is reported already: its account is not tried a second time.
  const named = new Set([...accounts.keys(), ...entries.map(({ reader }) => reader.id ?? reader.account)]);
  const origin = 'organization';
  const asked: Promise<Account | Problem>[] = [];
  try {
    // A page has twenty accounts: their roles are assumed while the next page is requested.
    for await (const page of discoverOrganization(reach, await identities.caller(), signal)) {
      problems.push(...page.problems);
      for (const member of page.members) {
        const own = accounts.get(member.id);
        // The organisation's name of an account is used if the list gives it none.
        if (own !== undefined && own.name === own.id) accounts.set(own.id, { ...own, name: member.name });
        if (named.has(member.id)) continue;
        asked.push(
          identities.reader({ type: 'account', id: member.id }).then(
            (identity) => ({ ...member, identity, regions: undefined, origin }),
            (error) => toProblem(error, { account: member.id }),
          ),
        );
      }
    }
  } catch (error) {
    problems.push(toProblem(error));
  }
  for (const outcome of await Promise.all(asked)) {
    if ('code' in outcome) problems.push(outcome);
    else accounts.set(outcome.id, outcome);
  }
}
