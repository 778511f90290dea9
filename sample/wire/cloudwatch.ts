import * as sdk from '@aws-sdk/client-cloudwatch';
import type { Estate } from '../estate/estate.ts';
import { regionMetrics } from '../estate/metrics.ts';
import { page } from './read-call.ts';
import { makeService, type Service } from './service.ts';

/** CloudWatch's answers about an account and region. */
export function cloudwatch(estate: Estate): Service {
  return makeService(sdk, 'json', {
    DescribeAlarms: (call) => {
      const account = estate.account(call.account);
      const all = account?.regions.includes(call.region) ? estate.region(account, call.region).alarms : [];
      const { items, next } = page(all, call.json.NextToken, call.json.MaxRecords, 100);
      return { MetricAlarms: items, CompositeAlarms: [], ...(next === undefined ? {} : { NextToken: next }) };
    },
    ListMetrics: (call) => {
      const account = estate.account(call.account);
      const all = account?.regions.includes(call.region) ? regionMetrics(estate.region(account, call.region)) : [];
      const { items, next } = page(all, call.json.NextToken, undefined, 500);
      return { Metrics: items, ...(next === undefined ? {} : { NextToken: next }) };
    },
  });
}
