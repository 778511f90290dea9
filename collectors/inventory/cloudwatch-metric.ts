import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Metrics that CloudWatch has, by resource: those with data in the last two weeks. */
export const cloudwatchMetric = declareKind({
  name: 'cloudwatch-metric',
  summary: 'Metrics available per resource, with namespace and dimensions.',
  service: 'cloudwatch',
  sdk: () => import('@aws-sdk/client-cloudwatch'),
  client: (sdk) => sdk.CloudWatchClient,
  call: 'ListMetrics',
  scope: 'regional',
  items: (output) => output.Metrics ?? [],
  id: (metric) =>
    metric.MetricName === undefined
      ? undefined
      : `${metric.Namespace}/${metric.MetricName}{${dimensionsOf(metric.Dimensions).join(',')}}`,
  arn: () => undefined,
  title: (metric) => metric.MetricName,
  fields: [
    { ...sharedFields.metricNamespace, value: (metric) => metric.Namespace },
    { ...sharedFields.metric, value: (metric) => metric.MetricName },
    {
      name: 'resource.dimensions',
      type: 'keyword',
      array: true,
      description: 'Dimensions as `name=value`; they name the resource that it measures.',
      value: (metric) => dimensionsOf(metric.Dimensions),
    },
  ],
  page: { rank: 'last', byWholeNameOnly: true },
  example: {
    Metrics: [
      {
        Namespace: 'AWS/EC2',
        MetricName: 'CPUUtilization',
        Dimensions: [{ Name: 'InstanceId', Value: 'i-0a1b2c3d4e5f60718' }],
      },
      { Namespace: 'AWS/S3', MetricName: 'NumberOfObjects', Dimensions: [{ Name: 'BucketName', Value: 'company-data' }] },
    ],
  },
});

const dimensionsOf = (dimensions: readonly { Name?: string | undefined; Value?: string | undefined }[] | undefined): string[] =>
  (dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).sort();
