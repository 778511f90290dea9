import { z } from 'zod';
import type {
  ExportFormat,
  FindRequest,
  ImportRequest,
  PruneRequest,
  QueryRequest,
  ResourceRequest,
  RunRequest,
  SearchRequest,
  SqlRequest,
} from '../core/api.ts';
import { PIPELINE_NAMES } from '../core/batch.ts';
import type { Filter, RowsQuery } from '../core/query.ts';

/** What the API takes, checked: a body from outside becomes the type of `core/api.ts`, or an error that says where it is wrong. */

/** Bounds that no panel comes near, and that keep one request from taking the process's memory. */
const MAX_QUERIES = 64;
const MAX_ROWS = 10_000;
const MAX_GROUPS = 10_000;
const MAX_DEPTH = 32;

const name = z.string().min(1).max(512);
const scalar = z.union([z.string().max(8_192), z.number(), z.boolean()]);
const bound = z.union([z.string().max(512), z.number()]);
const view = z.enum(['awscli', 'awscli-current', 'awschanges', 'awscli-trail', 'awsbilling', 'awsusers']);
const instant = z.iso.datetime({ offset: true });

const filter: z.ZodType<Filter> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('all') }),
    z.strictObject({ type: z.enum(['and', 'or']), filters: z.array(filter).max(1_000) }),
    z.strictObject({ type: z.literal('not'), filter }),
    z.strictObject({ type: z.literal('term'), field: name, value: scalar }),
    z.strictObject({ type: z.literal('terms'), field: name, values: z.array(scalar).max(10_000) }),
    z.strictObject({ type: z.literal('prefix'), field: name, value: z.string().max(8_192) }),
    z.strictObject({ type: z.literal('wildcard'), field: name, value: z.string().max(1_024) }),
    z.strictObject({ type: z.literal('exists'), field: name }),
    z.strictObject({
      type: z.literal('range'),
      field: name,
      gte: bound.exactOptional(),
      gt: bound.exactOptional(),
      lte: bound.exactOptional(),
      lt: bound.exactOptional(),
    }),
    z.strictObject({ type: z.literal('text'), value: z.string().min(1).max(1_024) }),
  ]),
);

const time = z.strictObject({ from: instant, to: instant }).exactOptional();

const metric = z.discriminatedUnion('op', [
  z.strictObject({ name, op: z.literal('count') }),
  z.strictObject({ name, op: z.enum(['sum', 'avg', 'min', 'max']), field: name }),
  z.strictObject({ name, op: z.literal('distinct'), field: name }),
]);

const direction = z.enum(['asc', 'desc']);

const grouping = z.discriminatedUnion('by', [
  z.strictObject({
    name,
    by: z.literal('terms'),
    field: name,
    size: z.int().min(1).max(MAX_GROUPS),
    order: z.strictObject({ by: name, direction }).exactOptional(),
    exceptPrefix: z.string().min(1).max(500).exactOptional(),
  }),
  z.strictObject({ name, by: z.literal('time'), field: name, interval: z.enum(['hour', 'day', 'month']) }),
]);

const rows = z.strictObject({
  type: z.literal('rows'),
  view,
  filter,
  time,
  sort: z.array(z.strictObject({ field: name, direction })).max(8),
  limit: z.int().min(0).max(MAX_ROWS),
  offset: z.int().min(0),
});
const query = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('aggregate'),
    view,
    filter,
    time,
    groups: z.array(grouping).max(4),
    metrics: z.array(metric).max(32),
  }),
  rows,
]);

/** Counts nesting before zod follows it: a body of a million brackets must not end the process. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > MAX_DEPTH) return true;
  return Object.values(value).some((inner) => isTooDeep(inner, depth + 1));
}

export const queryRequest: z.ZodType<QueryRequest> = z.strictObject({ queries: z.array(query).max(MAX_QUERIES) });

export const searchRequest: z.ZodType<SearchRequest> = z.strictObject({
  index: z.string().min(1).max(512),
  query: z.string().max(65_536),
  limit: z.int().min(0).max(MAX_ROWS),
  after: z.string().max(512).exactOptional(),
});

export const sqlRequest: z.ZodType<SqlRequest> = z.strictObject({ sql: z.string().min(1).max(1_000_000) });

export const pruneRequest: z.ZodType<PruneRequest> = z.strictObject({ dryRun: z.boolean() });

export const runRequest: z.ZodType<RunRequest> = z.strictObject({
  resume: z.boolean().exactOptional(),
  again: z.boolean().exactOptional(),
  pipelines: z.array(z.enum(PIPELINE_NAMES)).min(1).max(PIPELINE_NAMES.length),
  source: z.string().min(1).max(4_096).exactOptional(),
  backfill: z
    .strictObject({
      from: z.iso.date(),
      to: z.iso.date(),
      accounts: z.array(z.string().min(1).max(64)).min(1).max(10_000).exactOptional(),
      regions: z.array(z.string().min(1).max(64)).min(1).max(100).exactOptional(),
    })
    .exactOptional(),
});

export const importRequest: z.ZodType<ImportRequest> = z.strictObject({
  kind: name,
  files: z.array(z.string().min(1).max(4_096)).min(1).max(100_000),
  account: z
    .string()
    .regex(/^\d{12}$/)
    .exactOptional(),
  region: z.string().min(1).max(64).exactOptional(),
});

/** `GET /api/runs/:id?limit=&failedOnly=` */
export const runOptions = z.object({
  limit: z.coerce.number().int().min(0).max(MAX_ROWS).default(100),
  failedOnly: z.stringbool().default(false),
});

export const findRequest: z.ZodType<FindRequest> = z.strictObject({
  text: z.string().max(2_048),
  limit: z.int().min(1).max(100),
});

export const resourceRequest: z.ZodType<ResourceRequest> = z.strictObject({ key: z.string().min(1).max(2_048) });

/** `GET /api/export?format=&query=&column=&column=`; the query is JSON, checked like any other. */
export const exportOptions: z.ZodType<{ format: ExportFormat; query: string; column: string[] }> = z.object({
  format: z.enum(['csv', 'json']),
  query: z.string().max(65_536),
  column: z.preprocess((given) => (given === undefined ? [] : Array.isArray(given) ? given : [given]), z.array(name).max(200)),
});

export const exportedRows: z.ZodType<RowsQuery> = rows;
