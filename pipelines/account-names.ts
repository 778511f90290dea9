import type { Reach } from '../aws/reach.ts';

export type AccountNames = () => Promise<ReadonlyMap<string, string>>;

/**
 * Yields the names of accounts by id, from the organisation and account.txt. AWS is asked once, when a name is first needed, so create one per run:
 * it then has the names of that time. Every pipeline uses it, or the same account would have two names.
 */
export function accountNames(reach: () => Promise<Pick<Reach, 'accounts'>>): AccountNames {
  let names: Promise<ReadonlyMap<string, string>> | undefined;
  return () => {
    names ??= ask(reach).catch((error: unknown) => {
      names = undefined;
      throw error;
    });
    return names;
  };
}

async function ask(reach: () => Promise<Pick<Reach, 'accounts'>>): Promise<ReadonlyMap<string, string>> {
  const { accounts } = await (await reach()).accounts();
  return new Map(accounts.map(({ id, name }) => [id, name]));
}
