import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { followPages } from '../../aws/follow-pages.ts';
import type { Account, Reach } from '../../aws/reach.ts';
import { wildcardMatches, wildcardParts } from '../../core/wildcard.ts';

/** The account and region whose logs are read. */
export interface LogsScope {
  readonly reach: Reach;
  readonly account: Account;
  readonly region: string;
  readonly signal: AbortSignal;
}

/** Yields the names of the log groups that a pattern means. AWS is asked for those that begin as the pattern does. */
export async function* listLogGroups({ reach, account, region, signal }: LogsScope, pattern: string): AsyncGenerator<string> {
  const call = 'logs:DescribeLogGroups';
  const parts = wildcardParts(pattern);
  const logGroupNamePrefix = pattern.split('*', 1)[0] || undefined;
  const pages = followPages(
    call,
    (nextToken) => {
      const command = new DescribeLogGroupsCommand({ logGroupNamePrefix, nextToken, limit: 50 });
      return reach.call({ account: account.id, region, call, signal }, () =>
        reach.client(CloudWatchLogsClient, account.identity, region).send(command, { abortSignal: signal }),
      );
    },
    ({ nextToken }) => ({ token: nextToken }),
  );
  for await (const { logGroups = [] } of pages) {
    for (const { logGroupName } of logGroups) {
      if (logGroupName !== undefined && wildcardMatches(parts, logGroupName)) yield logGroupName;
    }
  }
}
