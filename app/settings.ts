import { resolve } from 'node:path';
import { z } from 'zod';
import { OrgscopeError } from '../core/problem.ts';
import type { Environment } from './environment.ts';
import { readStoreLocation, type StoreLocation } from './store-location.ts';

/** The options that every command takes, with their defaults. */
export interface Settings {
  /** Absolute. */
  readonly data: string;
  readonly store: StoreLocation;
  /** Absolute: account.txt and the other lists lie in it. */
  readonly lists: string;
  /** Accounts come from the organisation rather than from account.txt. */
  readonly organization: boolean;
  readonly roleName: string | undefined;
  readonly externalId: string | undefined;
  readonly profile: string | undefined;
  /** Undefined: the regions enabled in each account. */
  readonly regions: readonly string[] | undefined;
  readonly preserveOriginal: boolean;
  readonly communityId: boolean;
  /** Absolute: databases that tell where addresses lie. */
  readonly geo: { readonly city: string | undefined; readonly asn: string | undefined };
  /** Undefined: the pipeline's own default. */
  readonly inactiveAfterDays: number | undefined;
  readonly history: 'all' | 'changes' | undefined;
  readonly json: boolean;
  /** Only the limits that are set; the store has defaults. */
  readonly sql: Partial<Record<'seconds' | 'rows' | 'mib' | 'memoryMib', number>>;
  /** Use the sample organisation even if the user has data or accounts. */
  readonly sample: boolean;
}

const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

const limit = (name: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `${name} is a whole number from 1 to 999999999`)
    .transform(Number)
    .exactOptional();

const sqlLimits = z.object({
  seconds: limit('ORGSCOPE_SQL_SECONDS'),
  rows: limit('ORGSCOPE_SQL_ROWS'),
  mib: limit('ORGSCOPE_SQL_MIB'),
  memoryMib: limit('ORGSCOPE_SQL_MEMORY_MIB'),
});

const globalOptions = z.object({
  data: z.string().min(1, '--data needs a folder').optional(),
  store: z.string().min(1, '--store needs duckdb or an address').optional(),
  storeCa: z.string().min(1, '--store-ca needs a file').optional(),
  storeSigv4: z.string().min(1, '--store-sigv4 needs a region').optional(),
  lists: z.string().min(1, '--lists needs a folder').optional(),
  organization: z.boolean().default(false),
  roleName: z
    .string()
    .regex(/^[\w+=,.@/-]{1,576}$/, '--role-name is the name of a role (with its path, if any), not an ARN')
    .optional(),
  externalId: z.string().min(2, '--external-id has at least two characters').optional(),
  profile: z.string().min(1, '--profile needs a name').optional(),
  regions: z
    .string()
    .transform((text) => text.split(',').map((region) => region.trim()))
    .refine((regions) => regions.every((region) => REGION.test(region)), '--regions is a list such as eu-west-1,us-east-1')
    .optional(),
  preserveOriginal: z.boolean().default(false),
  communityId: z.boolean().default(false),
  geoCity: z.string().min(1, '--geo-city needs a file').optional(),
  geoAsn: z.string().min(1, '--geo-asn needs a file').optional(),
  inactiveAfter: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, '--inactive-after is a number of days from 1 to 9999')
    .transform(Number)
    .optional(),
  history: z.enum(['all', 'changes'], '--history is all or changes').optional(),
  json: z.boolean().default(false),
  sample: z.boolean().default(false),
});

/** Checks the options that commander parsed. */
export function readSettings(options: unknown, environment: Environment): Settings {
  const parsed = checked(globalOptions, options);
  if (parsed.sample && parsed.organization) {
    throw new OrgscopeError('usage', '--sample and --organization exclude each other.', 'Leave one of them out.');
  }
  return {
    data: resolve(parsed.data ?? environment.data),
    store: readStoreLocation(parsed, environment),
    lists: resolve(parsed.lists ?? environment.lists),
    organization: parsed.organization,
    roleName: parsed.roleName,
    externalId: parsed.externalId,
    profile: parsed.profile,
    regions: parsed.regions,
    preserveOriginal: parsed.preserveOriginal,
    communityId: parsed.communityId,
    geo: { city: absolute(parsed.geoCity ?? environment.geo.city), asn: absolute(parsed.geoAsn ?? environment.geo.asn) },
    inactiveAfterDays: parsed.inactiveAfter,
    history: parsed.history,
    json: parsed.json,
    sql: checked(sqlLimits, Object.fromEntries(Object.entries(environment.sql).filter(([, value]) => value !== undefined))),
    sample: parsed.sample,
  };
}

const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));

/** Parses a value from outside; throws an error of usage that says what is wrong with it. */
export function checked<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  throw new OrgscopeError(
    'usage',
    `${result.error.issues[0]?.message ?? 'Wrong option'}.`,
    'Add --help to see what the command takes.',
  );
}
