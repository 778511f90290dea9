import { DAY_MS } from '../core/day-ms.ts';
import { type Document, documentId } from '../core/document.ts';
import type { Json } from '../core/json.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';
import type { UserRights } from './find-administrators.ts';
import { nestFields } from './nest-fields.ts';
import type { ReportedUser } from './parse-credential-report.ts';

/** A user, as read by a sweep. */
export interface SeenUser {
  readonly user: ReportedUser;
  readonly sweep: Sweep;
  readonly account: string;
  readonly accountName: string | undefined;
  /** Undefined where it could not be read. */
  readonly rights: UserRights | undefined;
  readonly inactiveAfterDays: number;
}

/** The `awsusers` document of a user: the values of the credential report, and what follows from them at the time of the sweep. */
export function encodeUser({ user, sweep, account, accountName, rights, inactiveAfterDays }: SeenUser): Document {
  const daysSince = (date: Date | undefined) =>
    date === undefined ? undefined : Math.max(0, Math.floor((sweep.time - date.getTime()) / DAY_MS));
  const latest = latestActivity(user);
  const idleDays = daysSince(latest?.time ?? user.created);
  const fields: Record<string, Json | undefined> = {
    'event.kind': 'asset',
    'event.module': 'orgscope',
    'event.dataset': 'orgscope.users',
    'cloud.provider': 'aws',
    'cloud.account.id': account,
    'cloud.account.name': accountName,
    'cloud.region': 'global',
    'user.name': user.name,
    'user.arn': user.arn,
    'user.created': user.created?.toISOString(),
    'user.root': user.root,
    // Root has no policies and all permissions.
    'user.administrator': user.root ? true : rights?.administrator,
    'user.groups': rights === undefined ? undefined : [...rights.groups],
    'user.mfa_active': user.mfaActive,
    'user.password.enabled': user.passwordEnabled,
    'user.password.last_used': user.passwordLastUsed?.toISOString(),
    'user.password.last_changed': user.passwordLastChanged?.toISOString(),
    'user.password.next_rotation': user.passwordNextRotation?.toISOString(),
    'user.password.days_since_used': daysSince(user.passwordLastUsed),
    'user.active_access_keys': user.keys.filter((key) => key.active === true).length,
    'user.additional_credentials_info': user.additionalCredentials,
    'user.cert_1.active': user.certActive[0],
    'user.cert_2.active': user.certActive[1],
    'user.last_activity': latest?.time.toISOString(),
    'user.last_activity_method': latest?.method,
    'user.days_since_activity': idleDays,
    'user.inactive': idleDays === undefined ? undefined : idleDays >= inactiveAfterDays,
    'user.inactive_after_days': inactiveAfterDays,
    'orgscope.sweep': sweepKey(sweep),
  };
  user.keys.forEach((key, index) => {
    const name = `user.access_key_${index + 1}`;
    fields[`${name}.active`] = key.active;
    fields[`${name}.last_rotated`] = key.lastRotated?.toISOString();
    fields[`${name}.last_used`] = key.lastUsed?.toISOString();
    fields[`${name}.last_used_region`] = key.lastUsedRegion;
    fields[`${name}.last_used_service`] = key.lastUsedService;
    fields[`${name}.days_since_used`] = daysSince(key.lastUsed);
    fields[`${name}.age_days`] = daysSince(key.lastRotated);
  });
  return {
    index: 'awsusers-000001',
    id: documentId(`${account}:${user.name}`),
    operation: 'replace',
    version: sweep.time,
    body: Buffer.from(JSON.stringify({ '@timestamp': new Date(sweep.time).toISOString(), ...nestFields(fields) })),
  };
}

function latestActivity(user: ReportedUser): { readonly time: Date; readonly method: string } | undefined {
  return [
    { time: user.passwordLastUsed, method: 'password' },
    { time: user.keys[0].lastUsed, method: 'access_key_1' },
    { time: user.keys[1].lastUsed, method: 'access_key_2' },
  ]
    .filter((each): each is { time: Date; method: string } => each.time !== undefined)
    .sort((a, b) => b.time.getTime() - a.time.getTime())[0];
}
