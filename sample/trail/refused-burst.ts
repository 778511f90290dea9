import { HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import type { SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';
import type { Happening } from './happening.ts';
import { robot } from './identities.ts';

/** The address from which the planted, refused calls came. */
export const STRANGER = '192.0.2.66';
/** How many calls were refused. */
export const BURST = 180;

/** When the refused calls began, in payments-prod. */
export const burstTime = (estate: Estate): number => estate.calendar.daysBefore(3) + 2 * HOUR_MS + 7 * 60_000;

const TRIED = [
  ['iam', 'ListUsers'],
  ['iam', 'ListRoles'],
  ['iam', 'GetAccountAuthorizationDetails'],
  ['secretsmanager', 'ListSecrets'],
  ['s3', 'ListBuckets'],
  ['ssm', 'DescribeParameters'],
  ['lambda', 'ListFunctions20150331'],
] as const;

/** The planted burst of calls with stolen keys, all of them refused. */
export function refusedBurst(estate: Estate, account: SampleAccount): Happening[] {
  const random = seeded(estate.organisation.seed, 'burst');
  const who = robot(account, 'ci-deploy');
  return Array.from({ length: BURST }, (_, number) => {
    const [source, name] = random.pick(TRIED);
    return {
      time: burstTime(estate) + number * 6_000,
      source,
      name,
      who,
      ip: STRANGER,
      agent: 'Boto3/1.34.11 Python/3.11.2 Linux/6.1.0',
      readOnly: true,
      request: null,
      response: null,
      error: {
        code: 'AccessDenied',
        message: `User: ${who.arn} is not authorized to perform: ${source}:${name} because no identity-based policy allows the ${source}:${name} action`,
      },
    };
  });
}
