import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** CloudWatch Logs groups. */
export const logsLogGroup = declareKind({
  name: 'logs-log-group',
  summary: 'Log groups with retention and size.',
  service: 'logs',
  sdk: () => import('@aws-sdk/client-cloudwatch-logs'),
  client: (sdk) => sdk.CloudWatchLogsClient,
  call: 'DescribeLogGroups',
  scope: 'regional',
  pageSize: 50,
  items: (output) => output.logGroups ?? [],
  id: (group) => group.logGroupName,
  // `arn` ends with `:*`, which IAM wants; `logGroupArn` is the group itself.
  arn: (group) => group.logGroupArn ?? group.arn?.replace(/:\*$/, ''),
  title: (group) => group.logGroupName,
  created: (group) => (group.creationTime === undefined ? undefined : new Date(group.creationTime).toISOString()),
  fields: [
    {
      name: 'resource.retention_days',
      type: 'long',
      description: 'Days that events are kept; absent where they are kept for ever.',
      value: (group) => group.retentionInDays,
    },
    { ...sharedFields.sizeBytes, value: (group) => group.storedBytes },
    { ...sharedFields.encrypted, value: (group) => (group.kmsKeyId === undefined ? undefined : true) },
  ],
  volatile: ['storedBytes', 'metricFilterCount'],
  example: {
    logGroups: [
      {
        logGroupName: '/aws/lambda/resize',
        arn: 'arn:aws-cn:logs:cn-north-1:111111111111:log-group:/aws/lambda/resize:*',
        logGroupArn: 'arn:aws-cn:logs:cn-north-1:111111111111:log-group:/aws/lambda/resize',
        creationTime: 1767323045000,
        retentionInDays: 30,
        storedBytes: 123456,
      },
      { logGroupName: 'app', arn: 'arn:aws-cn:logs:cn-north-1:111111111111:log-group:app:*' },
    ],
  },
});
