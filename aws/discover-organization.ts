import type { Account as OrganizationAccount } from '@aws-sdk/client-organizations';
import type { Problem } from '../core/problem.ts';
import { followPages } from './follow-pages.ts';
import type { KnownIdentity } from './identities.ts';
import type { Reach } from './reach.ts';

/** Yields the organisation's active accounts page by page, and a notice for each account that is suspended, closing or not yet open. */
export async function* discoverOrganization(
  reach: Pick<Reach, 'client' | 'call'>,
  caller: KnownIdentity,
  signal?: AbortSignal,
): AsyncGenerator<{ members: readonly Member[]; problems: readonly Problem[] }> {
  const place = {
    account: caller.account,
    region: caller.homeRegion,
    call: 'organizations:ListAccounts',
    ...(signal && { signal }),
  };
  const { ListAccountsCommand, OrganizationsClient } = await import('@aws-sdk/client-organizations');
  const pages = followPages(
    place.call,
    (token) =>
      reach.call(place, () =>
        reach
          .client(OrganizationsClient, caller, caller.homeRegion)
          .send(new ListAccountsCommand(token === undefined ? {} : { NextToken: token }), {
            ...(signal && { abortSignal: signal }),
          }),
      ),
    ({ NextToken }) => ({ token: NextToken }),
  );
  for await (const page of pages) {
    const members: Member[] = [];
    const problems: Problem[] = [];
    for (const account of page.Accounts ?? []) {
      if (account.Id === undefined) continue;
      const state = stateOf(account);
      if (state === 'ACTIVE') members.push({ id: account.Id, name: account.Name ?? account.Id });
      else {
        problems.push({
          code: 'missing',
          severity: 'notice',
          message: `${account.Name ?? 'the account'} is ${state.toLowerCase().replaceAll('_', ' ')} in the organisation: left out`,
          next: '',
          where: { account: account.Id },
        });
      }
    }
    yield { members, problems };
  }
}

export interface Member {
  readonly id: string;
  readonly name: string;
}

/** AWS is replacing `Status` by `State`: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html */
function stateOf(account: OrganizationAccount): string {
  return account.State ?? account.Status ?? 'ACTIVE';
}
