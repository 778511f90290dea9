import { DAY_MS } from '../../core/day-ms.ts';
import { DAYS, HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { rootSignIn, type SampleUser } from '../estate/users.ts';
import type { SampleAccount } from '../organisation.ts';
import type { Happening } from './happening.ts';
import { type Identity, person, root } from './identities.ts';
import { refusedBurst } from './refused-burst.ts';
import { resourceEvents } from './resource-events.ts';

/** The calls of one account that agree with its resources and users, and the planted ones, by `region/day`. */
export function accountEvents(estate: Estate, account: SampleAccount): ReadonlyMap<string, readonly Happening[]> {
  const { calendar } = estate;
  const first = calendar.today - DAYS * DAY_MS;
  const byRegionAndDay = new Map<string, Happening[]>();
  const add = (region: string, happenings: readonly Happening[]): void => {
    for (const happening of happenings) {
      if (happening.time < first || happening.time >= calendar.now) continue;
      const key = `${region}/${Math.floor(happening.time / DAY_MS)}`;
      const known = byRegionAndDay.get(key);
      if (known === undefined) byRegionAndDay.set(key, [happening]);
      else known.push(happening);
    }
  };
  const { users } = estate.users(account);
  const administrator = users.find((user) => user.administrator) ?? users[0];
  for (const region of account.regions) add(region, resourceEvents(estate.region(account, region), administrator));
  // AWS logs sign-ins to the console in us-east-1.
  for (const user of users) {
    if (user.password?.used !== undefined)
      add('us-east-1', [signIn(user.password.used, person(account, user), user.mfa, '203.0.113.10')]);
  }
  if (account.name === 'marketing-web') add('us-east-1', [signIn(rootSignIn(calendar), root(account), false, '198.51.100.77')]);
  if (account.name === 'mobile-dev' && administrator !== undefined) add(account.home, [openSsh(estate, account, administrator)]);
  if (account.name === 'payments-prod') add(account.home, refusedBurst(estate, account));
  return byRegionAndDay;
}

const signIn = (time: number, who: Identity, mfa: boolean, ip: string): Happening => ({
  time,
  source: 'signin',
  name: 'ConsoleLogin',
  about: who.arn,
  who,
  ip,
  agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  readOnly: false,
  request: null,
  response: { ConsoleLogin: 'Success' },
  extra: {
    eventType: 'AwsConsoleSignIn',
    additionalEventData: {
      LoginTo: 'https://console.aws.amazon.com/console/home',
      MobileVersion: 'No',
      MFAUsed: mfa ? 'Yes' : 'No',
    },
  },
});

/** The call that opened SSH to the internet. */
function openSsh(estate: Estate, account: SampleAccount, administrator: SampleUser): Happening {
  const group = estate
    .region(account, account.home)
    .securityGroups.find(({ GroupName }) => GroupName === 'dev-ssh-from-anywhere');
  return {
    time: estate.calendar.daysBefore(19) + 16 * HOUR_MS + 41 * 60_000,
    source: 'ec2',
    name: 'AuthorizeSecurityGroupIngress',
    who: person(account, administrator),
    ip: '203.0.113.10',
    readOnly: false,
    request: {
      groupId: group?.GroupId,
      ipPermissions: {
        items: [{ ipProtocol: 'tcp', fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }],
      },
    },
    response: { _return: true },
  };
}
