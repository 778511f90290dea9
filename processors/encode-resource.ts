import { type Document, dailyIndex, documentId } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { kindFacts } from '../core/kind-facts.ts';
import { namedEntities } from '../core/named-entities.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';
import { nestFields } from './nest-fields.ts';
import { tagFields } from './tag-fields.ts';

/** A resource of any kind, as read by a sweep. */
export interface SeenResource {
  readonly kind: {
    readonly name: string;
    readonly service: string;
    readonly call: string;
    readonly recordField: string;
    readonly sharesArn: boolean;
  };
  readonly sweep: Sweep;
  /** The account of the resource: the sweep's, except for imports. */
  readonly account: string;
  readonly accountName: string | undefined;
  readonly region: string;
  readonly id: string;
  readonly arn: string | undefined;
  readonly name: string | undefined;
  readonly state: string | undefined;
  /** ISO 8601 */
  readonly created: string | undefined;
  readonly zone: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The values of the kind's own fields, by dotted name; null for a value that AWS does not know. */
  readonly fields: Readonly<Record<string, Json>>;
  /** As `aws … --output json` prints it. */
  readonly record: JsonObject;
  readonly fingerprint: string;
  /** The failed calls whose answers the resource lacks. */
  readonly leftOut?: readonly string[] | undefined;
}

/** The key of a resource: its ARN if AWS defines one, else account, region, type and id. */
export const resourceKey = ({
  arn,
  account,
  region,
  id,
  kind,
}: Pick<SeenResource, 'arn' | 'account' | 'region' | 'id' | 'kind'>): string =>
  arn === undefined || kind.sharesArn ? `${account}:${region}:${kind.name}:${id}` : arn;

/** The two documents of a resource: one for its history, one for its current state; both have the same body. */
export function encodeResource(seen: SeenResource): readonly [Document, Document] {
  const { kind, sweep } = seen;
  const time = new Date(sweep.time).toISOString();
  const key = resourceKey(seen);
  const document: JsonObject = {
    '@timestamp': time,
    ...nestFields({
      'event.kind': 'asset',
      'event.module': 'orgscope',
      'event.dataset': 'orgscope.inventory',
      'event.action': `${kind.service}:${kind.call}`,
      'cloud.provider': 'aws',
      'cloud.account.id': seen.account,
      'cloud.account.name': seen.accountName,
      'cloud.region': seen.region,
      'cloud.availability_zone': seen.zone,
      'cloud.service.name': kind.service,
      'resource.type': kind.name,
      'resource.id': seen.id,
      'resource.arn': seen.arn,
      'resource.key': key,
      'resource.name': seen.name,
      'resource.state': seen.state,
      'resource.created': seen.created,
      ...tagFields(seen.tags),
      ...seen.fields,
      'orgscope.fingerprint': seen.fingerprint,
      'orgscope.sweep': sweepKey(sweep),
      'orgscope.left_out': seen.leftOut?.slice(),
      [kind.recordField]: seen.record,
    }),
  };
  if (kindFacts(kind.name)?.neverConnected !== true) {
    document.related = { entity: [...new Set([seen.id, ...namedEntities(document)])] };
  }
  const body = Buffer.from(JSON.stringify(document));
  return [
    { index: dailyIndex('awscli-', time), id: documentId(`${key}@${time}`), operation: 'create', body },
    { index: 'awscli-current', id: documentId(key), operation: 'replace', version: sweep.time, body },
  ];
}
