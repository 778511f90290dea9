import { OrgscopeError } from '../core/problem.ts';
import type { Account, Reach } from './reach.ts';

/** The regions that are enabled in an account, sorted: those that need no opt-in and those that the account opted in to. */
export async function enabledRegions(
  reach: Pick<Reach, 'client' | 'call'>,
  account: Account,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const region = account.identity.homeRegion;
  const place = { account: account.id, region, call: 'ec2:DescribeRegions', ...(signal && { signal }) };
  // Loaded only when needed: this SDK client is the largest (90 MiB).
  const { DescribeRegionsCommand, EC2Client } = await import('@aws-sdk/client-ec2');
  try {
    const { Regions: regions = [] } = await reach.call(place, () =>
      reach
        .client(EC2Client, account.identity, region)
        .send(new DescribeRegionsCommand({}), { ...(signal && { abortSignal: signal }) }),
    );
    return regions
      .filter(({ OptInStatus: status }) => status !== 'not-opted-in')
      .map(({ RegionName: name }) => name)
      .filter((name) => name !== undefined)
      .sort();
  } catch (error) {
    if (!(error instanceof OrgscopeError) || error.code !== 'denied') throw error;
    throw new OrgscopeError(
      'denied',
      `the regions of the account can't be listed: ${error.message}`,
      `${error.next} Or name the regions after the account in lists/account.txt, which needs no call.`,
      error.where,
      { cause: error },
    );
  }
}
