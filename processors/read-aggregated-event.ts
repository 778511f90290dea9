import { type Json, type JsonObject, memberAt, textOf } from '../core/json.ts';

/**
 * Yields what an aggregated event says in place of the fields of other records: CloudTrail sums the data events of five minutes up into one,
 * which has a window and no time, and names what was touched in its statistics alone.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aggregated-events.html
 */
export interface AggregatedEvent {
  readonly start: string;
  readonly end: string | undefined;
  readonly id: string | undefined;
  readonly account: string | undefined;
  /** Distinct ARNs. */
  readonly entities: readonly string[];
}

const MAX_ENTITIES = 1000;

/** Takes the members of a record that have no field of their own; undefined where these name no window. */
export function readAggregatedEvent(members: JsonObject): AggregatedEvent | undefined {
  const start = textOf(memberAt(members, 'timeWindow', 'windowStart'));
  if (start === undefined) return undefined;
  const dimensions = [memberAt(members, 'summary', 'primaryDimension'), ...listAt(members, 'summary', 'details')];
  const names = dimensions.flatMap((dimension) => listAt(dimension, 'statistics').map((one) => textOf(memberAt(one, 'name'))));
  const arns = names.filter((name): name is string => name?.startsWith('arn:') === true);
  return {
    start,
    end: textOf(memberAt(members, 'timeWindow', 'windowEnd')),
    id: textOf(members.eventId),
    account: textOf(members.accountId),
    entities: [...new Set(arns)].slice(0, MAX_ENTITIES),
  };
}

function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = memberAt(value, ...path);
  return Array.isArray(found) ? found : [];
}
