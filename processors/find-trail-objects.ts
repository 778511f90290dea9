/**
 * Tells by its name whether an object can hold CloudTrail events, and whose. AWS nests them as
 * `[prefix/]AWSLogs/[o-organisation/]account/CloudTrail[-Insight]/region/year/month/day/account_CloudTrail_region_time_unique.json.gz`;
 * people also keep them flat, under any name. Digests lie beside them and are no events; other services write below the same AWSLogs.
 */
export type TrailObjectName = { readonly type: 'events'; readonly account: string | undefined } | { readonly type: 'other' };

const OTHER: TrailObjectName = { type: 'other' };
const NESTED = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12,13})\/([^/]+)\//;
const FLAT = /(?:^|\/)(\d{12})_CloudTrail/;

export function trailObjectName(name: string): TrailObjectName {
  if (!/\.json(?:\.gz)?$/i.test(name)) return OTHER;
  if (/(?:^|[/_])CloudTrail-Digest[/_]/.test(name)) return OTHER;
  const nested = NESTED.exec(name);
  if (nested === null) return { type: 'events', account: FLAT.exec(name)?.[1] };
  return nested[2]?.startsWith('CloudTrail') === true ? { type: 'events', account: nested[1] } : OTHER;
}
