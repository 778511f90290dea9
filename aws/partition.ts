/**
 * The partitions, by the prefixes of their regions' names. Any other region belongs to the commercial partition, so that a new
 * region needs no change here. The home region is used where the user has configured none.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
const PARTITIONS = [
  { partition: 'aws-cn', prefix: 'cn-', home: 'cn-north-1' },
  { partition: 'aws-us-gov', prefix: 'us-gov-', home: 'us-gov-west-1' },
  { partition: 'aws-eusc', prefix: 'eusc-', home: 'eusc-de-east-1' },
  { partition: 'aws-iso-b', prefix: 'us-isob-', home: 'us-isob-east-1' },
  { partition: 'aws-iso-e', prefix: 'eu-isoe-', home: 'eu-isoe-west-1' },
  { partition: 'aws-iso-f', prefix: 'us-isof-', home: 'us-isof-south-1' },
  { partition: 'aws-iso', prefix: 'us-iso-', home: 'us-iso-east-1' },
  { partition: 'aws', prefix: '', home: 'us-east-1' },
] as const;

export function partitionOfRegion(region: string): string {
  return PARTITIONS.find(({ prefix }) => region.startsWith(prefix))?.partition ?? 'aws';
}

/** The region that receives the calls of global services: the configured one if it belongs to the partition, else the partition's home region. */
export function homeRegion(partition: string, configured: string | undefined): string {
  if (configured !== undefined && partitionOfRegion(configured) === partition) return configured;
  return PARTITIONS.find((known) => known.partition === partition)?.home ?? configured ?? 'us-east-1';
}

/** `arn:aws-cn:sts::111122223333:assumed-role/x/y` → its parts; undefined if the text is no ARN. */
export function parseArn(arn: string): { partition: string; service: string; account: string; resource: string } | undefined {
  const match = /^arn:(aws[a-z-]*):([a-z0-9-]+):[a-z0-9-]*:(\d{12})?:(.+)$/.exec(arn);
  if (match === null) return undefined;
  const [, partition = '', service = '', account = '', resource = ''] = match;
  return { partition, service, account, resource };
}
