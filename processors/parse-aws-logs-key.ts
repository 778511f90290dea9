export interface AwsLogsKey {
  readonly account: string;
  /** The folder of a service, such as `CloudTrail` or `vpcflowlogs`. */
  readonly service: string;
  /** Undefined where the service has no folder for each region. */
  readonly region: string | undefined;
  /** `2026-11-20`; undefined where the service has no folder for each day. */
  readonly day: string | undefined;
}

const SERVICE = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(?:aws-account-id=)?(\d{12,13})\/(?:aws-service=)?([^/]+)\//;
const REGION = /^(?:aws-region=)?([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\//;
const DAY = /(?:^|\/)(?:year=)?(\d{4})\/(?:month=)?(\d{2})\/(?:day=)?(\d{2})\//;

/**
 * Yields the parts of a key where AWS nests logs: `[prefix/]AWSLogs/[o-organisation/]account/service/[region/][…/]year/month/day/…`, or with the names of Hive's
 * partitions, `aws-account-id=account/aws-service=service/aws-region=region/year=…`.
 */
export function parseAwsLogsKey(name: string): AwsLogsKey | undefined {
  const found = SERVICE.exec(name);
  if (found === null) return undefined;
  const below = name.slice(found.index + found[0].length);
  const [, year, month, date] = DAY.exec(below) ?? [];
  return {
    account: found[1] as string,
    service: found[2] as string,
    region: REGION.exec(below)?.[1],
    day: year === undefined ? undefined : `${year}-${month}-${date}`,
  };
}
