import type { Reach } from '../aws/reach.ts';

export type AccountNames = () => Promise<ReadonlyMap<string, string>>;

/**
 * Yields what accounts are called, by id: as the organisation and account.txt name them. Asked once, when first needed, so that one of these in each run has
 * the names of its time; every pipeline names accounts by this, or the same account would have two names.
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
