import { DATASETS } from '../core/declared-datasets.ts';
import type { LogGroupList } from '../core/naming-list.ts';
import type { Problem } from '../core/problem.ts';
import { checkRegions } from './check-regions.ts';
import type { Identities } from './identities.ts';
import { type ListFolder, resolveAll } from './list-folder.ts';
import type { Account, AccountDiscovery, LogGroupDiscovery, LogGroupTarget } from './reach.ts';
import { originOf } from './read-list.ts';
import { readLogGroupList } from './read-log-group-list.ts';

/** The log groups that a list names, each with the accounts that it is looked for in. */
export async function listLogGroups(
  identities: Identities,
  folder: ListFolder,
  { file }: LogGroupList,
  allAccounts: () => Promise<AccountDiscovery>,
): Promise<LogGroupDiscovery> {
  const lines = folder.read(file);
  const names = DATASETS.map(({ name }) => name);
  const { entries, problems: listProblems } = readLogGroupList(lines, await folder.profilesFor(lines), names);
  const problems: Problem[] = [...listProblems];
  const everyone = entries.some(({ reader }) => reader === 'all') ? await allAccounts() : undefined;
  problems.push(...(everyone?.problems ?? []));
  const found = await resolveAll(
    entries,
    problems,
    async ({ line, pattern, reader, regions, dataset }): Promise<LogGroupTarget> => {
      const origin = originOf(line);
      const target = { pattern, ...(dataset && { dataset }), origin };
      if (reader === 'all') {
        const accounts = (everyone?.accounts ?? []).map((account) => ({ ...account, regions: regions ?? account.regions }));
        return { ...target, accounts };
      }
      const identity = await (reader === undefined ? identities.caller() : identities.reader(reader));
      checkRegions(regions, identity);
      const name = reader?.type === 'profile' ? reader.name : identity.account;
      const account: Account = { id: identity.account, name, identity, regions, origin };
      return { ...target, accounts: [account] };
    },
  );
  if (lines.length === 0) problems.push(folder.emptyList(file, 'Name log groups in it, one a line.'));
  return { targets: found.map(({ value }) => value), problems };
}
