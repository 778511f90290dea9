import { CloudWatchLogsClient, type FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { followPages } from '../../aws/follow-pages.ts';
import type { LogsScope } from './list-log-groups.ts';

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
  { reach, account, region, signal }: LogsScope,
  group: string,
  { start, end }: LogWindow,
): AsyncGenerator<readonly FilteredLogEvent[]> {
  const call = 'logs:FilterLogEvents';
  const pages = followPages(
    call,
    (nextToken) => {
      // AWS includes events of exactly the end time.
      const command = new FilterLogEventsCommand({ logGroupName: group, startTime: start, endTime: end - 1, nextToken });
      return reach.call({ account: account.id, region, call, signal }, () =>
        reach.client(CloudWatchLogsClient, account.identity, region).send(command, { abortSignal: signal }),
      );
    },
    ({ nextToken }) => ({ token: nextToken }),
  );
  for await (const { events = [] } of pages) yield events;
}
