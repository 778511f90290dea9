import type { Description, ResourceKind } from '../collectors/inventory/declare-kind.ts';
import type { Place } from '../collectors/inventory/place.ts';
import type { Document } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Sweep } from '../core/sweep.ts';
import { fingerprint } from '../processors/compare-records.ts';
import { encodeResource, resourceKey } from '../processors/encode-resource.ts';
import { encodeUser } from '../processors/encode-user.ts';
import type { UserRights } from '../processors/find-administrators.ts';
import { parseCredentialReport } from '../processors/parse-credential-report.ts';

export interface ResourceContext {
  readonly kind: ResourceKind;
  /** The region in which the resource was seen, and the account that owns it. */
  readonly place: Place;
  readonly sweep: Sweep;
  readonly accountName: string | undefined;
  /** Failed calls whose answers are missing from the record. */
  readonly leftOut?: readonly string[] | undefined;
  /** Fields that lookups add, by dotted name. */
  readonly lookedUp: Readonly<Record<string, Json>>;
  /** Rights of IAM users by name; undefined where they were not read. */
  readonly rights: ReadonlyMap<string, UserRights> | undefined;
  /** A user without activity for so many days counts as inactive; undefined: 90. */
  readonly inactiveAfterDays: number | undefined;
}

export interface ResourceDocuments {
  readonly key: string;
  readonly fingerprint: string;
  readonly record: JsonObject;
  /** Whether a part of the record could not be read. */
  readonly partial: boolean;
  readonly history: Document;
  readonly current: Document;
  readonly users: readonly Document[];
}

/** From an earlier edition of the CIS benchmark. */
const INACTIVE_AFTER_DAYS = 90;

/** All documents of one resource: history, current state and, for IAM users, `awsusers`; with the key of the resource and the fingerprint of its state. */
export function resourceDocuments(record: JsonObject, description: Description, context: ResourceContext): ResourceDocuments {
  const { kind, place, sweep, accountName, lookedUp, leftOut, rights, inactiveAfterDays = INACTIVE_AFTER_DAYS } = context;
  const { account } = place;
  const region = description.region ?? place.region;
  const state = fingerprint(record, kind.volatile);
  const fields = { ...description.fields, ...lookedUp };
  const [history, current] = encodeResource({
    ...description,
    kind,
    sweep,
    account,
    accountName,
    region,
    fields,
    record,
    fingerprint: state,
    leftOut,
  });
  const user = kind.credentials ? parseCredentialReport(record) : undefined;
  return {
    key: resourceKey({ ...description, kind, account, region }),
    fingerprint: state,
    record,
    partial: leftOut !== undefined,
    history,
    current,
    users:
      user === undefined
        ? []
        : [encodeUser({ user, sweep, account, accountName, rights: rights?.get(user.name), inactiveAfterDays })],
  };
}
