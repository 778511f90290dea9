import type { FilteredLogEvent, LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import type { Estate } from '../estate/estate.ts';
import { arnOf } from '../organisation.ts';
import { lastHours } from './log-hour.ts';

/** The account whose functions write log groups that are read by calls. */
export const FUNCTIONS_ACCOUNT = 'payments-prod';
/** The pattern of their names. */
export const FUNCTION_GROUPS = '/aws/lambda/*';
const NAME = '/aws/lambda/thumbnails';

/** The log groups of an account in a region. */
export function functionGroups({ organisation, calendar }: Estate, account: string, region: string): LogGroup[] {
  const { id, home } = organisation.account(FUNCTIONS_ACCOUNT);
  if (account !== id || region !== home) return [];
  const arn = arnOf('logs', home, id, `log-group:${NAME}`);
  return [
    {
      logGroupName: NAME,
      arn: `${arn}:*`,
      logGroupArn: arn,
      creationTime: calendar.daysBefore(280),
      storedBytes: 48_113_024,
      retentionInDays: 30,
    },
  ];
}

/** The events that a function wrote within the last day, in their order. */
export function functionEvents({ organisation, calendar }: Estate): FilteredLogEvent[] {
  return lastHours(organisation.seed, calendar).flatMap((hour) => {
    const random = hour.stream('function');
    const stream = `${hour.day}/[$LATEST]${hour.source('function').hex(32)}`;
    const events = [...Array(hour.busy(8)).keys()].map((): FilteredLogEvent => {
      const timestamp = hour.moment(random);
      const duration = random.int(20, 900);
      const text = `REPORT RequestId: ${random.hex(12)} Duration: ${duration}.12 ms Billed Duration: ${duration + 1} ms Memory Size: 512 MB Max Memory Used: ${random.int(90, 300)} MB`;
      const eventId = `3${String(timestamp).padStart(15, '0')}${random.digits(40)}`;
      return { eventId, logStreamName: stream, timestamp, ingestionTime: timestamp + 900, message: text };
    });
    return events.sort((left, right) => (left.timestamp ?? 0) - (right.timestamp ?? 0));
  });
}
