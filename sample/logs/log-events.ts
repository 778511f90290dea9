import type { LogFile, LogHour } from './log-hour.ts';

/** Events of one stream of CloudWatch Logs. */
export interface LogEvents {
  readonly account: string;
  readonly group: string;
  readonly stream: string;
  readonly events: readonly { readonly time: number; readonly message: string }[];
}

/**
 * The object that Firehose writes of a subscription in one hour: a record of each stream. One record tests the subscription, and has no events.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export function subscriptionFile(hour: LogHour, streams: readonly LogEvents[]): LogFile {
  const record = (type: string, { account, group, stream, events }: LogEvents): string =>
    JSON.stringify({
      messageType: type,
      owner: account,
      logGroup: group,
      logStream: stream,
      subscriptionFilters: ['to-log-archive'],
      logEvents: events.map(({ time, message }, index) => ({
        id: `3${String(time).padStart(15, '0')}${hour.stream('event', account, group, stream, index).digits(40)}`,
        timestamp: time,
        message,
      })),
    });
  const check = {
    account: 'CloudwatchLogs',
    group: '',
    stream: '',
    events: [{ time: hour.start, message: 'CWL CONTROL MESSAGE: Checking health of destination Firehose.' }],
  };
  const lines = [
    record('CONTROL_MESSAGE', check),
    ...streams.filter(({ events }) => events.length > 0).map((stream) => record('DATA_MESSAGE', stream)),
  ];
  const time = new Date(hour.start + 3_599_000).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  const name = `to-log-archive-1-${time}-${hour.stream('firehose').hex(12)}.gz`;
  return { key: `cloudwatch/${hour.day}/${String(hour.hour).padStart(2, '0')}/${name}`, lines, as: 'members' };
}
