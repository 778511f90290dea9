import type { DescribeAlarmsInput } from '@aws-sdk/client-cloudwatch';
import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** CloudWatch alarms, metric and composite; the call shows metric alarms alone unless asked for both. */
export const cloudwatchAlarm = declareKind({
  name: 'cloudwatch-alarm',
  summary: 'CloudWatch alarms, metric and composite, with their state.',
  service: 'cloudwatch',
  sdk: () => import('@aws-sdk/client-cloudwatch'),
  client: (sdk) => sdk.CloudWatchClient,
  call: 'DescribeAlarms',
  scope: 'regional',
  input: (): DescribeAlarmsInput => ({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
  pageSize: 100,
  items: (output) => [...(output.MetricAlarms ?? []), ...(output.CompositeAlarms ?? [])],
  id: (alarm) => alarm.AlarmName,
  arn: (alarm) => alarm.AlarmArn,
  title: (alarm) => alarm.AlarmName,
  state: (alarm) => alarm.StateValue,
  // An alarm has no creation time, only that of its last change.
  fields: [
    { ...sharedFields.metricNamespace, value: (alarm) => ('Namespace' in alarm ? alarm.Namespace : undefined) },
    { ...sharedFields.metric, value: (alarm) => ('MetricName' in alarm ? alarm.MetricName : undefined) },
    {
      name: 'resource.actions_enabled',
      type: 'boolean',
      description: 'Whether its actions run when its state changes.',
      value: (alarm) => alarm.ActionsEnabled,
    },
    {
      name: 'resource.state_updated',
      type: 'date',
      description: 'When its state was last updated.',
      value: (alarm) => alarm.StateUpdatedTimestamp,
    },
  ],
  volatile: ['StateUpdatedTimestamp', 'StateReason', 'StateReasonData'],
  page: { rank: 'last' },
  example: {
    MetricAlarms: [
      {
        AlarmName: 'cpu-high',
        AlarmArn: 'arn:aws-cn:cloudwatch:cn-north-1:111111111111:alarm:cpu-high',
        StateValue: 'OK',
        Namespace: 'AWS/EC2',
        MetricName: 'CPUUtilization',
        ActionsEnabled: true,
        StateUpdatedTimestamp: '2026-01-02T03:04:05.000Z',
      },
    ],
    CompositeAlarms: [
      { AlarmName: 'any', AlarmArn: 'arn:aws-cn:cloudwatch:cn-north-1:111111111111:alarm:any', AlarmRule: 'ALARM("cpu-high")' },
    ],
  },
});
