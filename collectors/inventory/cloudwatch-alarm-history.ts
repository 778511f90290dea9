import type { DescribeAlarmHistoryInput } from '@aws-sdk/client-cloudwatch';
import { declareKind, instant } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** The history of alarms, of which CloudWatch keeps 30 days. */
export const cloudwatchAlarmHistory = declareKind({
  name: 'cloudwatch-alarm-history',
  summary: 'Alarm history of the last 30 days: state changes, actions and changes of settings.',
  service: 'cloudwatch',
  sdk: () => import('@aws-sdk/client-cloudwatch'),
  client: (sdk) => sdk.CloudWatchClient,
  call: 'DescribeAlarmHistory',
  scope: 'regional',
  pageSize: 100,
  input: (): DescribeAlarmHistoryInput => ({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
  items: (output) => output.AlarmHistoryItems ?? [],
  // An item has no id, and several may have the same time.
  id: (item) =>
    item.AlarmName === undefined
      ? undefined
      : [item.AlarmName, instant(item.Timestamp), item.HistoryItemType, item.HistorySummary].join(' · '),
  arn: () => undefined,
  title: (item) => item.AlarmName,
  state: (item) => item.HistoryItemType,
  created: (item) => item.Timestamp,
  fields: [{ ...sharedFields.description, value: (item) => item.HistorySummary }],
  page: { rank: 'last' },
  example: {
    AlarmHistoryItems: [
      {
        AlarmName: 'cpu-high',
        AlarmType: 'MetricAlarm',
        Timestamp: '2026-01-02T03:04:05.000Z',
        HistoryItemType: 'StateUpdate',
        HistorySummary: 'Alarm updated from OK to ALARM',
      },
      { AlarmName: 'cpu-high', Timestamp: '2026-01-02T04:04:05.000Z', HistoryItemType: 'Action' },
    ],
  },
});
