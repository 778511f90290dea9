import { wildcardMatches, wildcardParts } from '../../core/wildcard.ts';
import { askAws, type CallScope } from '../inventory/ask-aws.ts';

/** Yields the names of the log groups that a pattern means. AWS is asked for those that begin as the pattern does. */
export async function* listLogGroups(scope: CallScope, pattern: string): AsyncGenerator<string> {
  const sdk = await import('@aws-sdk/client-cloudwatch-logs');
  const ask = askAws('logs', sdk, sdk.CloudWatchLogsClient, scope);
  const parts = wildcardParts(pattern);
  const logGroupNamePrefix = pattern.split('*', 1)[0] || undefined;
  for await (const { logGroups = [] } of ask('DescribeLogGroups', { logGroupNamePrefix }, { pageSize: 50 })) {
    for (const { logGroupName } of logGroups) {
      if (logGroupName !== undefined && wildcardMatches(parts, logGroupName)) yield logGroupName;
    }
  }
}
