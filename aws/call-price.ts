/** What some requests cost. All that is not named here is free: EC2, RDS, IAM, STS, Organizations, CloudTrail, Backup, … ask nothing for a look. */
export interface CallPrice {
  /** As the SDK's packages are named. */
  readonly service: string;
  readonly operations: RegExp;
  /** US dollars, list price of us-east-1; no free tier, no discount. */
  readonly dollarsPerThousand: number;
  /** What is counted, where it is not the request. */
  readonly per?: 'metric';
  readonly source: string;
}

/** The first that fits counts. S3 is that of the storage class Standard; objects encrypted with KMS cost a Decrypt besides, which AWS asks of itself. */
export const CALL_PRICES: readonly CallPrice[] = [
  { service: 's3', operations: /^List/, dollarsPerThousand: 0.005, source: 'https://aws.amazon.com/s3/pricing/' },
  { service: 's3', operations: /^(Get|Head)/, dollarsPerThousand: 0.0004, source: 'https://aws.amazon.com/s3/pricing/' },
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

/** The list price of one request, in US dollars. */
export function callPrice(service: string, operation: string, input: unknown): number {
  const price = CALL_PRICES.find((each) => each.service === service && each.operations.test(operation));
  if (price === undefined) return 0;
  const count = price.per === 'metric' ? metricsAsked(input) : 1;
  return (price.dollarsPerThousand / 1000) * count;
}

/** Queries that only compute with others' results are no metrics of their own. */
function metricsAsked(input: unknown): number {
  const queries = (input as { MetricDataQueries?: readonly { MetricStat?: unknown }[] } | undefined)?.MetricDataQueries ?? [];
  return queries.filter(({ MetricStat }) => MetricStat !== undefined).length;
}
