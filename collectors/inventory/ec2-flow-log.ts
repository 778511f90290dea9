import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** VPC flow logs. Lines of one that writes to CloudWatch have no header: their fields are those of `resource.log_format`. */
export const ec2FlowLog = declareKind({
  name: 'ec2-flow-log',
  summary: 'VPC flow logs with what they watch, where they write and the format of their lines.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeFlowLogs',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.FlowLogs ?? [],
  id: (log) => log.FlowLogId,
  arn: (log, place) => arn(place, 'ec2', `vpc-flow-log/${log.FlowLogId}`),
  state: (log) => log.FlowLogStatus,
  created: (log) => log.CreationTime,
  tags: (log) => log.Tags,
  fields: [
    { ...sharedFields.attachedTo, value: (log) => (log.ResourceId === undefined ? [] : [log.ResourceId]) },
    { ...sharedFields.role, value: (log) => log.DeliverLogsPermissionArn },
    { ...sharedFields.stateReason, value: (log) => log.DeliverLogsErrorMessage },
    {
      name: 'resource.traffic_type',
      type: 'keyword',
      description: 'Traffic that it records: `ACCEPT`, `REJECT` or `ALL`.',
      value: (log) => log.TrafficType,
    },
    {
      name: 'resource.delivery_status',
      type: 'keyword',
      description: '`SUCCESS`, or `FAILED` where AWS could not deliver.',
      value: (log) => log.DeliverLogsStatus,
    },
    {
      name: 'resource.log_destination_type',
      type: 'keyword',
      description: 'What it writes to: `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.',
      value: (log) => log.LogDestinationType,
    },
    {
      name: 'resource.log_destination',
      type: 'keyword',
      description: 'ARN of the log group, bucket and prefix, or stream that it writes to.',
      value: (log) => log.LogDestination,
    },
    {
      name: 'resource.log_group',
      type: 'keyword',
      description: 'Name of the log group that it writes to.',
      value: (log) => log.LogGroupName,
    },
    {
      name: 'resource.log_format',
      type: 'keyword',
      description: 'Names of the fields of its lines, in order, as AWS writes them.',
      value: (log) => log.LogFormat,
    },
    {
      name: 'resource.aggregation_seconds',
      type: 'long',
      description: 'The longest time that one line sums up, in seconds.',
      value: (log) => log.MaxAggregationInterval,
    },
  ],
  example: {
    FlowLogs: [
      {
        FlowLogId: 'fl-0a1b2c3d4e5f60718',
        FlowLogStatus: 'ACTIVE',
        CreationTime: '2026-01-02T03:04:05.000Z',
        ResourceId: 'vpc-0a1b2c3d4e5f60718',
        TrafficType: 'ALL',
        LogDestinationType: 'cloud-watch-logs',
        LogGroupName: '/vpc/flows',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS writes formats so.
        LogFormat: '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr}',
        DeliverLogsPermissionArn: 'arn:aws:iam::111111111111:role/flows',
        DeliverLogsStatus: 'SUCCESS',
        MaxAggregationInterval: 60,
        Tags: [{ Key: 'Name', Value: 'all flows' }],
      },
      {
        FlowLogId: 'fl-1a1b2c3d4e5f60718',
        FlowLogStatus: 'ACTIVE',
        ResourceId: 'vpc-1a1b2c3d4e5f60718',
        TrafficType: 'REJECT',
        LogDestinationType: 's3',
        LogDestination: 'arn:aws:s3:::flows/rejected/',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS writes formats so.
        LogFormat: '${version} ${account-id}',
        DeliverLogsStatus: 'FAILED',
        DeliverLogsErrorMessage: 'Access error',
      },
    ],
  },
});
