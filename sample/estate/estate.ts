import type { Calendar } from '../calendar.ts';
import type { Organisation, SampleAccount } from '../organisation.ts';
import { makeRegionBackups, type RegionBackups } from './backups.ts';
import { makeRegionEstate, type RegionEstate } from './region-estate.ts';
import { type AccountUsers, makeUsers } from './users.ts';

/** All resources of the sample. Each part is made when it is first asked for, and then kept. */
export interface Estate {
  readonly organisation: Organisation;
  readonly calendar: Calendar;
  account(id: string): SampleAccount | undefined;
  region(account: SampleAccount, region: string): RegionEstate;
  backups(account: SampleAccount, region: string): RegionBackups;
  users(account: SampleAccount): AccountUsers;
}

export function openEstate(organisation: Organisation, calendar: Calendar): Estate {
  const accounts = new Map(organisation.accounts.map((account) => [account.id, account]));
  const regions = new Map<string, RegionEstate>();
  const backups = new Map<string, RegionBackups>();
  const users = new Map<string, AccountUsers>();
  const regionOf = (account: SampleAccount, region: string): RegionEstate =>
    memoized(regions, `${account.id}/${region}`, () => makeRegionEstate(organisation, calendar, account, region));
  return {
    organisation,
    calendar,
    account: (id) => accounts.get(id),
    region: regionOf,
    backups: (account, region) =>
      memoized(backups, `${account.id}/${region}`, () =>
        makeRegionBackups(organisation, calendar, account, region, regionOf(account, region)),
      ),
    users: (account) => memoized(users, account.id, () => makeUsers(organisation, calendar, account)),
  };
}

function memoized<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
