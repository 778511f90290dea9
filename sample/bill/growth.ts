import { DAY_MS } from '../../core/day-ms.ts';
import { weekday } from '../calendar.ts';
import type { SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';

/** The day from which the growth of fleets and storage is counted. */
const EPOCH = Date.UTC(2025, 0, 1);

/** The share of a fleet's machines that run on a day: it grows with the business, and falls at weekends, outside production most. */
export function fleetScale(account: SampleAccount, day: number): number {
  // The product stays below 1: no machine runs 25 hours a day.
  const growth = 0.64 + (0.3 * (day - EPOCH)) / (730 * DAY_MS);
  const weekend = weekday(day) >= 5 && account.environment !== 'shared' ? (account.environment === 'prod' ? 0.88 : 0.45) : 1;
  return Math.min(1, growth * weekend) * (0.92 + seeded(account.id, day, 'fleet').next() * 0.08);
}

/** The gigabytes that an account stores on a day: a little more every day. */
export const storedGigabytes = ({ name, size }: SampleAccount, day: number): number =>
  Math.round((name.startsWith('data-lake') ? 1_400 : 90) * size * (1 + ((day - EPOCH) / DAY_MS) * 0.0006));
