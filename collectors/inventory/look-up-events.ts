import { askAws, type ReadScope } from './ask-aws.ts';

export interface LookUpEventsOptions {
  /** The id or name of the resource. */
  readonly resource: string;
  /** The time of the oldest events to read. */
  readonly since: Date | undefined;
  readonly atMost: number;
}

/** LookupEvents allows two calls a second in an account and region: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const CALL_EVERY_MS = 500;

/**
 * Yields the events of the last 90 days that touched a resource, newest first, each as the text of its CloudTrail record.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function* lookUpEvents(
  scope: ReadScope,
  { resource, since, atMost }: LookUpEventsOptions,
): AsyncGenerator<readonly string[]> {
  const sdk = await import('@aws-sdk/client-cloudtrail');
  const ask = askAws('cloudtrail', sdk, sdk.CloudTrailClient, scope);
  const input = {
    LookupAttributes: [{ AttributeKey: 'ResourceName' as const, AttributeValue: resource }],
    ...(since === undefined ? {} : { StartTime: since }),
  };
  let count = 0;
  for await (const { Events } of ask('LookupEvents', input, { pageSize: Math.min(50, atMost) })) {
    const records = (Events ?? []).flatMap(({ CloudTrailEvent }) => CloudTrailEvent ?? []).slice(0, atMost - count);
    if (records.length > 0) yield records;
    count += records.length;
    await scope.wait(CALL_EVERY_MS);
    if (count >= atMost) return;
  }
}
