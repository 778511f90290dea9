import { createHash } from 'node:crypto';
import { parseAwsLogsKey } from '../parse-aws-logs-key.ts';
import type { LogDataset, LogKey, LogStream } from './declare-dataset.ts';
import { datasets } from './registry.ts';

/** A dataset, and what an object's name says beside it. */
export interface RecognizedLog extends LogKey {
  readonly dataset: LogDataset;
}

/** The dataset of this name. */
export const datasetNamed = (name: string): LogDataset | undefined => datasets.find((each) => each.name === name);

/** The dataset that an object's name tells, undefined where it tells none. */
export function recognizeLogKey(name: string): RecognizedLog | undefined {
  for (const dataset of datasets) {
    const key = dataset.recognizeKey(name);
    if (key !== undefined) return { dataset, account: key.account, region: key.region };
  }
  return undefined;
}

/** Load balancers write it when their logs are switched on. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
const TEST_FILE = /(?:^|\/)ELBAccessLogTestFile$/;

/** Matches the folders of services below AWSLogs that write no service logs. */
export const OTHER_SERVICES = /^(?:CloudTrail.*|Config|GuardDuty)$/;

/** What an object holds that is no service log, as its name tells; it completes "Left out as …". */
export function otherThanLog(name: string): string | undefined {
  if (TEST_FILE.test(name)) return 'test files of load balancers';
  const service = parseAwsLogsKey(name)?.service;
  return service !== undefined && OTHER_SERVICES.test(service) ? 'objects of CloudTrail, Config and GuardDuty' : undefined;
}

/** The first line of content is looked at this far. */
const FIRST_LINE_BYTES = 64 * 1024;

/** The dataset of content that begins so, undefined where no dataset begins so. */
export function recognizeLogContent(head: Buffer): LogDataset | undefined {
  const text = head.toString('utf8', 0, FIRST_LINE_BYTES).replace(/^\uFEFF/, '');
  const [line = ''] = text.split(/\r?\n/, 1);
  return datasets.find((dataset) => dataset.recognizeLine?.(line) === true);
}

/** The dataset of a message of CloudWatch Logs, undefined where no dataset recognises it. */
export const recognizeLogMessage = (stream: LogStream, text: string): LogDataset | undefined =>
  datasets.find((dataset) => dataset.recognizeMessage?.(stream, text) === true);

/** What ids of an object's lines begin with: short, since each of millions of lines has one, and another one for other content. */
export const logIdentity = (ledgerKey: string): string => createHash('sha256').update(ledgerKey).digest('base64url').slice(0, 27);
