/**
 * Tells by its name whether an object can hold CloudTrail events, and whose. AWS nests them as
 * `[prefix/]AWSLogs/[o-organisation/]account/CloudTrail[-Insight]/region/year/month/day/account_CloudTrail_region_time_unique.json.gz`;
 * people also keep them flat, under any name, and Firehose and the Landing Zone Accelerator give names without an ending. So all that is not
 * known to be something else is looked into. Digests lie beside events and are none; other services write below the same AWSLogs.
 */
export type TrailObjectName =
  | {
      readonly type: 'events';
      readonly account: string | undefined;
      /** The name says that it holds JSON, so that anything else is a defect. */
      readonly isJson: boolean;
    }
  /** The reason completes "Left out as …". */
  | { readonly type: 'other'; readonly reason: string };

const NESTED = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12,13})\/([^/]+)\//;
const FLAT = /(?:^|\/)(\d{12})_CloudTrail/;
const JSON_NAME = /\.json(?:\.gz)*$/i;

export function trailObjectName(name: string): TrailObjectName {
  if (/(?:^|[/_])CloudTrail-Digest[/_]/.test(name)) return { type: 'other', reason: 'digests of CloudTrail' };
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-download-cloudtrail-lake-query-results.html
  if (/\/CloudTrail-Lake\/|(?:^|\/)result_sign\.json$/.test(name))
    return { type: 'other', reason: 'results of CloudTrail Lake queries' };
  const nested = NESTED.exec(name);
  if (nested === null) return { type: 'events', account: FLAT.exec(name)?.[1], isJson: JSON_NAME.test(name) };
  const ofTrail = nested[2]?.startsWith('CloudTrail') === true;
  return ofTrail
    ? { type: 'events', account: nested[1], isJson: true }
    : { type: 'other', reason: 'logs of services other than CloudTrail' };
}
