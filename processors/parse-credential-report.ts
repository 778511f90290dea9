/** One access key in the credential report. */
interface ReportedKey {
  readonly active: boolean | undefined;
  readonly lastRotated: Date | undefined;
  readonly lastUsed: Date | undefined;
  readonly lastUsedRegion: string | undefined;
  readonly lastUsedService: string | undefined;
}

/** A user of a credential report. A value is undefined if AWS gives none (`N/A`, `no_information`, `not_supported`) or the column is missing. */
export interface ReportedUser {
  readonly name: string;
  readonly arn: string | undefined;
  readonly root: boolean;
  readonly created: Date | undefined;
  readonly passwordEnabled: boolean | undefined;
  readonly passwordLastUsed: Date | undefined;
  readonly passwordLastChanged: Date | undefined;
  readonly passwordNextRotation: Date | undefined;
  readonly mfaActive: boolean | undefined;
  readonly keys: readonly [ReportedKey, ReportedKey];
  readonly certActive: readonly [boolean | undefined, boolean | undefined];
  /** Free text that says how many further keys or certificates exist, and which calls list them. */
  readonly additionalCredentials: string | undefined;
}

/**
 * A row of a credential report with its values understood. Rows come by column name: a report of 22 columns, which is what most accounts get, the
 * 23rd that AWS documents, and any that it adds are read alike: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 */
export function parseCredentialReport(row: Readonly<Record<string, unknown>>): ReportedUser | undefined {
  const name = text(row.user);
  if (name === undefined) return undefined;
  const key = (number: 1 | 2): ReportedKey => ({
    active: flag(row[`access_key_${number}_active`]),
    lastRotated: date(row[`access_key_${number}_last_rotated`]),
    lastUsed: date(row[`access_key_${number}_last_used_date`]),
    lastUsedRegion: text(row[`access_key_${number}_last_used_region`]),
    lastUsedService: text(row[`access_key_${number}_last_used_service`]),
  });
  const arn = text(row.arn);
  return {
    name,
    arn,
    root: name === '<root_account>' || /^arn:[^:]+:iam::\d+:root$/.test(arn ?? ''),
    created: date(row.user_creation_time),
    passwordEnabled: flag(row.password_enabled),
    passwordLastUsed: date(row.password_last_used),
    passwordLastChanged: date(row.password_last_changed),
    passwordNextRotation: date(row.password_next_rotation),
    mfaActive: flag(row.mfa_active),
    keys: [key(1), key(2)],
    certActive: [flag(row.cert_1_active), flag(row.cert_2_active)],
    additionalCredentials: text(row.additional_credentials_info),
  };
}

const UNTOLD = new Set(['', 'n/a', 'no_information', 'not_supported']);

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return UNTOLD.has(trimmed.toLowerCase()) ? undefined : trimmed;
}

function flag(value: unknown): boolean | undefined {
  const word = text(value)?.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function date(value: unknown): Date | undefined {
  const told = text(value);
  if (told === undefined) return undefined;
  const time = new Date(told);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
