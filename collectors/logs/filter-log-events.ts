import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { askAws, type CallScope } from '../inventory/ask-aws.ts';

/** A stretch of time in milliseconds, without its end. */
export interface LogWindow {
  readonly start: number;
  readonly end: number;
}

/**
 * Yields the events of a log group that were written within a window, page by page. A page may be empty and have a token for the next one.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export async function* filterLogEvents(
  scope: CallScope,
  group: string,
  { start, end }: LogWindow,
): AsyncGenerator<readonly FilteredLogEvent[]> {
  const sdk = await import('@aws-sdk/client-cloudwatch-logs');
  const ask = askAws('logs', sdk, sdk.CloudWatchLogsClient, scope);
  // AWS includes events of exactly the end time.
  const window = { logGroupName: group, startTime: start, endTime: end - 1 };
  for await (const { events = [] } of ask('FilterLogEvents', window)) yield events;
}
