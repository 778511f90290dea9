import { parseAwsLogsKey } from './parse-aws-logs-key.ts';

export type TrailObjectName =
  | {
      readonly type: 'events';
      readonly account: string | undefined;
      /** The name says that it holds JSON, so that anything else is a defect. */
      readonly isJson: boolean;
    }
  /** The reason completes "Left out as …". */
  | { readonly type: 'other'; readonly reason: string };

const DIGEST = /(?:^|[/_])CloudTrail-Digest[/_]/;
/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-download-cloudtrail-lake-query-results.html */
const LAKE_RESULT = /\/CloudTrail-Lake\/|(?:^|\/)result_sign\.json$/;
const FLAT = /(?:^|\/)(\d{12})_CloudTrail/;
const JSON_NAME = /\.json(?:\.gz)*$/i;

/**
 * Yields whether an object can hold CloudTrail events by its name, and whose they are. AWS nests them as
 * `[prefix/]AWSLogs/[o-organisation/]account/CloudTrail[-Insight]/region/year/month/day/account_CloudTrail_region_time_unique.json.gz`;
 * people also keep them flat, under any name, and Firehose and the Landing Zone Accelerator give names without an ending. So every object that is
 * not known to be something else is opened. Digests lie beside events and are none; other services write below the same AWSLogs.
 */
export function recognizeTrailObject(name: string): TrailObjectName {
  if (DIGEST.test(name)) return { type: 'other', reason: 'digests of CloudTrail' };
  if (LAKE_RESULT.test(name)) return { type: 'other', reason: 'results of CloudTrail Lake queries' };
  const nested = parseAwsLogsKey(name);
  if (nested === undefined) return { type: 'events', account: FLAT.exec(name)?.[1], isJson: JSON_NAME.test(name) };
  return nested.service.startsWith('CloudTrail')
    ? { type: 'events', account: nested.account, isJson: true }
    : { type: 'other', reason: 'logs of services other than CloudTrail' };
}
