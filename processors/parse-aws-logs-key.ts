export interface AwsLogsKey {
  readonly account: string;
  /** The folder of a service, such as `CloudTrail` or `vpcflowlogs`. */
  readonly service: string;
}

const AWS_LOGS = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12,13})\/([^/]+)\//;

/** Yields what the folders of a key say where AWS nests logs: `[prefix/]AWSLogs/[o-organisation/]account/service/…`. */
export function parseAwsLogsKey(name: string): AwsLogsKey | undefined {
  const [, account, service] = AWS_LOGS.exec(name) ?? [];
  return account === undefined || service === undefined ? undefined : { account, service };
}
