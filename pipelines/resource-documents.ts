import type { Description, Place, ResourceKind } from '../collectors/inventory/declare-kind.ts';
import type { Document } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Sweep } from '../core/sweep.ts';
import { encodeResource } from '../processors/encode-resource.ts';
import { encodeUser } from '../processors/encode-user.ts';
import type { UserRights } from '../processors/find-administrators.ts';
import { parseCredentialReport } from '../processors/parse-credential-report.ts';

export interface ResourceContext {
  readonly kind: ResourceKind;
  /** Where it was seen; the account is the resource's. */
  readonly place: Place;
  readonly sweep: Sweep;
  readonly accountName: string | undefined;
  /** What lookups tell about it, by dotted field. */
  readonly lookedUp: Readonly<Record<string, Json>>;
  /** Rights of IAM users by name; undefined where they were not read. */
  readonly rights: ReadonlyMap<string, UserRights> | undefined;
  /** A user without activity for so many days counts as inactive; undefined: 90. */
  readonly inactiveAfterDays: number | undefined;
}

/** As the CIS benchmark once had it. */
const INACTIVE_AFTER_DAYS = 90;

/** All documents of one resource: history, current state and, for IAM users, `awsusers`. */
export function resourceDocuments(record: JsonObject, description: Description, context: ResourceContext): Document[] {
  const { kind, place, sweep, accountName, lookedUp, rights, inactiveAfterDays = INACTIVE_AFTER_DAYS } = context;
  const documents: Document[] = [
    ...encodeResource({
      kind,
      sweep,
      account: place.account,
      accountName,
      ...description,
      region: description.region ?? place.region,
      fields: { ...description.fields, ...lookedUp },
      record,
    }),
  ];
  if (kind.name !== 'iam-credential-report') return documents;
  const user = parseCredentialReport(record);
  if (user !== undefined) {
    documents.push(
      encodeUser({ user, sweep, account: place.account, accountName, rights: rights?.get(user.name), inactiveAfterDays }),
    );
  }
  return documents;
}
