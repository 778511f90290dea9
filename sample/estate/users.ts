import { type Calendar, HOUR_MS } from '../calendar.ts';
import { type Organisation, PARTITION, type SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';

interface AccessKey {
  readonly id: string;
  readonly active: boolean;
  readonly created: number;
  readonly used: number | undefined;
}

/** One IAM user of the sample. Times in milliseconds. */
export interface SampleUser {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly created: number;
  readonly groups: readonly string[];
  readonly administrator: boolean;
  readonly password: { readonly changed: number; readonly used: number | undefined } | undefined;
  readonly mfa: boolean;
  readonly keys: readonly AccessKey[];
  /** Whether a program uses it instead of a person. */
  readonly robot: boolean;
}

/** The IAM users of one account, and the state of its root user. */
export interface AccountUsers {
  readonly users: readonly SampleUser[];
  /** When root was last used; undefined if AWS has no record of it. */
  readonly rootUsed: number | undefined;
  readonly rootMfa: boolean;
}

const PEOPLE = [
  'a.berg',
  'b.okafor',
  'c.lindqvist',
  'd.keller',
  'e.moreau',
  'f.haddad',
  'g.novak',
  'h.tanaka',
  'i.santos',
  'j.meyer',
  'k.osei',
  'l.rossi',
  'm.dubois',
  'n.kaur',
  'o.jansen',
  'p.silva',
  'r.weber',
  's.ivanova',
  't.nguyen',
  'u.fischer',
  'v.popescu',
  'w.clarke',
  'y.demir',
  'z.horvat',
] as const;
const ROBOTS = ['ci-deploy', 'backup-agent', 'metrics-export', 'terraform', 'mail-relay'] as const;

/** The IAM users of one account: people and programs. */
export function makeUsers(organisation: Organisation, calendar: Calendar, account: SampleAccount): AccountUsers {
  const { seed } = organisation;
  const random = seeded(seed, account.id, 'users');
  const key = (created: number, used: number | undefined, active = true): AccessKey => ({
    id: `AKIA${random.id(16)}`,
    active,
    created,
    used,
  });
  const recently = (days: number): number =>
    Math.min(calendar.daysBefore(random.int(0, days)) + random.int(6, 19) * HOUR_MS, calendar.now);
  const user = (name: string, more: Partial<SampleUser>): SampleUser => ({
    name,
    id: `AIDA${random.id(17)}`,
    arn: `arn:${PARTITION}:iam::${account.id}:user/${name}`,
    created: calendar.daysBefore(random.int(120, 1_400)) + random.int(7, 17) * HOUR_MS,
    groups: [],
    administrator: false,
    password: undefined,
    mfa: false,
    keys: [],
    robot: false,
    ...more,
  });
  const users: SampleUser[] = [];
  const people = [...PEOPLE].sort(() => random.next() - 0.5).filter((name) => name !== 'd.keller');
  const wanted = account.environment === 'sandbox' ? 2 : account.environment === 'prod' ? 3 : random.int(2, 4);
  for (const [at, name] of people.slice(0, wanted).entries()) {
    const administrator = at === 0;
    // Other administrators sign in often: the planted one is the only inactive administrator.
    const used = recently(administrator || random.chance(0.8) ? 20 : 160);
    users.push(
      user(name, {
        administrator,
        groups: administrator ? ['administrators'] : [random.pick(['developers', 'read-only'])],
        password: { changed: calendar.daysBefore(random.int(10, 300)), used },
        mfa: administrator || random.chance(0.85),
        keys: random.chance(0.4) ? [key(calendar.daysBefore(random.int(20, 200)), recently(30))] : [],
      }),
    );
  }
  for (const name of ROBOTS.slice(0, random.int(1, 3))) {
    users.push(
      user(name, {
        robot: true,
        groups: name === 'terraform' ? ['deployers'] : [],
        keys: [key(calendar.daysBefore(random.int(5, 85)), recently(2))],
      }),
    );
  }
  if (account.name === 'payments-prod') {
    users.push(
      user('d.keller', {
        administrator: true,
        created: calendar.daysBefore(1_130) + 9 * HOUR_MS,
        groups: ['administrators'],
        password: { changed: calendar.daysBefore(420), used: calendar.daysBefore(213) + 8 * HOUR_MS },
      }),
    );
  }
  if (account.name === 'logistics-prod') {
    users.push(
      user('edi-gateway', {
        robot: true,
        created: calendar.daysBefore(1_240),
        keys: [
          key(calendar.daysBefore(1_240), calendar.daysBefore(0) - HOUR_MS),
          key(calendar.daysBefore(910), calendar.daysBefore(3) + 2 * HOUR_MS),
        ],
      }),
    );
  }
  return {
    users,
    rootUsed:
      account.name === 'marketing-web'
        ? rootSignIn(calendar)
        : random.chance(0.2)
          ? calendar.daysBefore(random.int(200, 900))
          : undefined,
    rootMfa: account.name !== 'marketing-web' && random.chance(0.95),
  };
}

/** The time of the planted sign-in as root of marketing-web. */
export const rootSignIn = (calendar: Calendar): number => calendar.daysBefore(5) + 22 * HOUR_MS + 14 * 60_000;

const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', '+00:00');

const HEADER =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated';

/** The credential report in IAM's format: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html */
export function credentialReport({ users, rootUsed, rootMfa }: AccountUsers, account: SampleAccount): string {
  const none = ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
  const rows = [
    [
      '<root_account>',
      `arn:${PARTITION}:iam::${account.id}:root`,
      iso(account.joined),
      'not_supported',
      rootUsed === undefined ? 'no_information' : iso(rootUsed),
      'not_supported',
      'not_supported',
      String(rootMfa),
      ...none,
      ...none,
      'false',
      'N/A',
      'false',
      'N/A',
    ],
    ...users.map((user) => [
      user.name,
      user.arn,
      iso(user.created),
      String(user.password !== undefined),
      user.password === undefined ? 'N/A' : user.password.used === undefined ? 'no_information' : iso(user.password.used),
      user.password === undefined ? 'N/A' : iso(user.password.changed),
      'N/A',
      String(user.mfa),
      ...[0, 1].flatMap((at) => {
        const key = user.keys[at];
        if (key === undefined) return none;
        const used = key.used === undefined ? ['N/A', 'N/A', 'N/A'] : [iso(key.used), account.home, user.robot ? 's3' : 'ec2'];
        return [String(key.active), iso(key.created), ...used];
      }),
      'false',
      'N/A',
      'false',
      'N/A',
    ]),
  ];
  return [HEADER, ...rows.map((row) => row.join(','))].join('\n');
}
