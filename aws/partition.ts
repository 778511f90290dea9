/**
 * Partitions as AWS names them in ARNs, told by how their regions' names begin; anything else is the commercial one, so
 * that a region opened tomorrow needs no change here. The home region is used where the user configured none.
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

/** Where calls go that belong to no region: the configured region if it lies in the partition, else the partition's own. */
export function homeRegion(partition: string, configured: string | undefined): string {
  if (configured !== undefined && partitionOfRegion(configured) === partition) return configured;
  return PARTITIONS.find((known) => known.partition === partition)?.home ?? configured ?? 'us-east-1';
}

/** `arn:aws-cn:sts::111122223333:assumed-role/x/y` → its parts; undefined for what is no ARN. */
export function parseArn(arn: string): { partition: string; service: string; account: string; resource: string } | undefined {
  const match = /^arn:(aws[a-z-]*):([a-z0-9-]+):[a-z0-9-]*:(\d{12})?:(.+)$/.exec(arn);
  if (match === null) return undefined;
  const [, partition = '', service = '', account = '', resource = ''] = match;
  return { partition, service, account, resource };
}
