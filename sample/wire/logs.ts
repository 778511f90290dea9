import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import type { Estate } from '../estate/estate.ts';
import { functionEvents, functionGroups } from '../logs/function-events.ts';
import { makeService, type Service, WireError } from './service.ts';

/** CloudWatch Logs' answers about an account and region. It has one group of few events, so that each answer is one page. */
export function logs(estate: Estate): Service {
  return makeService(sdk, 'json', {
    DescribeLogGroups: ({ account, region, json }) => {
      const { logGroupNamePrefix: prefix } = json;
      const groups = functionGroups(estate, account, region);
      return {
        logGroups: groups.filter(({ logGroupName = '' }) => typeof prefix !== 'string' || logGroupName.startsWith(prefix)),
      };
    },
    FilterLogEvents: ({ account, region, json }) => {
      const { logGroupName, startTime = 0, endTime = Number.POSITIVE_INFINITY } = json;
      if (!functionGroups(estate, account, region).some((group) => group.logGroupName === logGroupName))
        throw new WireError(400, 'ResourceNotFoundException', 'The specified log group does not exist.');
      const within = (time: number): boolean => time >= Number(startTime) && time <= Number(endTime);
      return { events: functionEvents(estate).filter(({ timestamp = 0 }) => within(timestamp)) };
    },
  });
}
