import type { Account, Reach } from '../aws/reach.ts';
import { filterLogEvents } from '../collectors/logs/filter-log-events.ts';
import { listLogGroups } from '../collectors/logs/list-log-groups.ts';

const MINUTE_MS = 60_000;

/**
 * Yields the first log group of a pattern in one region of an account, once events of it could be asked for; undefined where there is none. Rejects with an
 * OrgscopeError.
 */
export async function findLogGroup(
  pattern: string,
  account: Account,
  reach: Reach,
  signal: AbortSignal,
): Promise<{ readonly region: string; readonly group: string | undefined }> {
  const regions = await reach.regions(account);
  const { homeRegion } = account.identity;
  const region = regions.includes(homeRegion) ? homeRegion : (regions[0] ?? homeRegion);
  const scope = { reach, account, region, signal };
  for await (const group of listLogGroups(scope, pattern)) {
    const end = Date.now();
    await filterLogEvents(scope, group, { start: end - MINUTE_MS, end }).next();
    return { region, group };
  }
  return { region, group: undefined };
}
