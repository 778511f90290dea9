import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { HOUR_MS } from '../calendar.ts';
import { arnOf } from '../organisation.ts';
import { type Random, seeded } from '../random.ts';
import type { Dated, RegionScope } from './region-scope.ts';

interface Watched {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: MetricAlarm['Dimensions'];
  readonly threshold: number;
  readonly firing: boolean;
}

/** A CloudWatch alarm on one metric; it fires below its threshold where the metric is of what is free, else above. */
export function makeAlarm(
  { calendar, account, region }: RegionScope,
  random: Random,
  { name, namespace, metric, dimensions, threshold, firing }: Watched,
): MetricAlarm {
  const low = metric.startsWith('Free');
  const updated = new Date(calendar.daysBefore(random.int(1, 60)) + random.int(0, 23) * HOUR_MS);
  return {
    AlarmName: name,
    AlarmArn: arnOf('cloudwatch', region, account.id, `alarm:${name}`),
    AlarmDescription: `${metric} of ${name}`,
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [arnOf('sns', region, account.id, `${account.team}-oncall`)],
    InsufficientDataActions: [],
    StateValue: firing ? 'ALARM' : random.chance(0.05) ? 'INSUFFICIENT_DATA' : 'OK',
    StateReason: firing
      ? `Threshold Crossed: 3 datapoints were ${low ? 'less' : 'greater'} than the threshold (${threshold}).`
      : 'Threshold not crossed.',
    StateUpdatedTimestamp: updated,
    StateTransitionedTimestamp: updated,
    AlarmConfigurationUpdatedTimestamp: new Date(calendar.daysBefore(random.int(61, 500))),
    Namespace: namespace,
    MetricName: metric,
    Dimensions: dimensions,
    Statistic: 'Average',
    Period: 300,
    EvaluationPeriods: 3,
    Threshold: threshold,
    ComparisonOperator: low ? 'LessThanThreshold' : 'GreaterThanThreshold',
    TreatMissingData: 'missing',
  };
}

/** The alarm on an account's NAT gateways, in its home region. */
export function makeNatAlarm(scope: RegionScope): Dated<MetricAlarm>[] {
  const { account, calendar, home, organisation } = scope;
  if (!home || account.size === 0) return [];
  const random = seeded(organisation.seed, account.id, 'billing alarm');
  const alarm = makeAlarm(scope, random, {
    name: `${account.name}-nat-errors`,
    namespace: 'AWS/NATGateway',
    metric: 'ErrorPortAllocation',
    dimensions: [],
    threshold: 0,
    firing: random.chance(0.04),
  });
  return [[calendar.daysBefore(400), alarm]];
}
