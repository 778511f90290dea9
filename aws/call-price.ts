/** The price of a group of requests. Requests without an entry are free: read calls of EC2, RDS, IAM, STS, Organizations, CloudTrail, Backup, … */
export interface CallPrice {
  /** The service as in the name of its SDK package. */
  readonly service: string;
  readonly operations: RegExp;
  /** US dollars: the list price in us-east-1, without free tier or discount. */
  readonly dollarsPerThousand: number;
  /** The prices of regions that differ. */
  readonly elsewhere?: Readonly<Record<string, number>>;
  /** The number of billed units of a request, if it is not one. */
  readonly per?: 'metric';
  readonly source: string;
}

/**
 * The first matching entry applies. Prices of S3 are those of the storage class Standard; objects encrypted with KMS also cost a Decrypt,
 * which S3 calls. As of September 2026. Prices in us-east-2, us-west-2, eu-west-1, ap-southeast-1 and unknown regions are those of us-east-1.
 */
export const CALL_PRICES: readonly CallPrice[] = [
  {
    service: 's3',
    operations: /^List/,
    dollarsPerThousand: 0.005,
    elsewhere: {
      'ap-northeast-1': 0.0047,
      'ap-southeast-2': 0.0055,
      'ca-central-1': 0.0055,
      'eu-central-1': 0.0054,
      'eu-west-2': 0.0053,
      'eu-west-3': 0.0053,
      'sa-east-1': 0.007,
    },
    source: 'https://aws.amazon.com/s3/pricing/',
  },
  {
    service: 's3',
    operations: /^(Get|Head)/,
    dollarsPerThousand: 0.0004,
    elsewhere: {
      'ap-northeast-1': 0.00037,
      'ap-southeast-2': 0.00044,
      'ca-central-1': 0.00044,
      'eu-central-1': 0.00043,
      'eu-west-2': 0.00042,
      'eu-west-3': 0.00042,
      'sa-east-1': 0.00056,
    },
    source: 'https://aws.amazon.com/s3/pricing/',
  },
  {
    service: 'cloudwatch',
    operations: /^GetMetricData$/,
    dollarsPerThousand: 0.01,
    per: 'metric',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  {
    service: 'cloudwatch',
    operations: /^(ListMetrics|GetMetricStatistics)$/,
    dollarsPerThousand: 0.01,
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  { service: 'sqs', operations: /./, dollarsPerThousand: 0.0004, source: 'https://aws.amazon.com/sqs/pricing/' },
  { service: 'sns', operations: /./, dollarsPerThousand: 0.0005, source: 'https://aws.amazon.com/sns/pricing/' },
];

/** The list price of one request in a region, in US dollars. */
export function callPrice(service: string, operation: string, region: string, input: unknown): number {
  const price = CALL_PRICES.find((each) => each.service === service && each.operations.test(operation));
  if (price === undefined) return 0;
  const count = price.per === 'metric' ? metricsAsked(input) : 1;
  return ((price.elsewhere?.[region] ?? price.dollarsPerThousand) / 1000) * count;
}

/** AWS bills a metric once for up to five of its statistics in one GetMetricData request. */
const STATISTICS_PER_METRIC = 5;

interface MetricQuery {
  readonly AccountId?: string;
  readonly MetricStat?: { readonly Metric?: Metric };
}
interface Metric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name?: string; readonly Value?: string }[];
}

/** The number of metrics that AWS bills. An expression over the results of other queries is not billed. */
function metricsAsked(input: unknown): number {
  const queries = (input as { readonly MetricDataQueries?: readonly MetricQuery[] } | undefined)?.MetricDataQueries ?? [];
  const statistics = new Map<string, number>();
  for (const { AccountId, MetricStat } of queries) {
    if (MetricStat === undefined) continue;
    const { Namespace, MetricName, Dimensions = [] } = MetricStat.Metric ?? {};
    const dimensions = Dimensions.map(({ Name, Value }) => JSON.stringify([Name, Value])).sort();
    const metric = JSON.stringify([AccountId, Namespace, MetricName, dimensions]);
    statistics.set(metric, (statistics.get(metric) ?? 0) + 1);
  }
  return [...statistics.values()].reduce((sum, count) => sum + Math.ceil(count / STATISTICS_PER_METRIC), 0);
}
