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
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { CALENDAR_UNITS, MOST_SECONDS } from '../core/interval.ts';
import { MOST_CHARACTERS } from '../core/parse-lucene.ts';
import type { Filter, Query, RowsQuery } from '../core/query.ts';
import { beyondBounds, MOST } from '../core/question-bounds.ts';
import { VIEW_NAMES } from '../core/view-names.ts';

/** What the API takes, checked: a body from outside becomes the type of `core/api.ts`, or an error that says where it is wrong. */

/** Questions that travel together: those of a dashboard. */
const MAX_QUERIES = 64;
/** Documents that may be asked for together: they are held until they are sent. */
const MAX_PAGES = 20_000;

const name = z.string().min(1).max(MOST.nameCharacters);
const scalar = z.union([z.string().max(MOST.valueCharacters), z.number(), z.boolean()]);
const bound = z.union([z.string().max(MOST.valueCharacters), z.number()]);
const view = z.enum(VIEW_NAMES);
const instant = z.iso.datetime({ offset: true });

const filter: z.ZodType<Filter> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('all') }),
    z.strictObject({ type: z.enum(['and', 'or']), filters: z.array(filter).max(MOST.values) }),
    z.strictObject({ type: z.literal('not'), filter }),
    z.strictObject({ type: z.literal('term'), field: name, value: scalar }),
    z.strictObject({ type: z.literal('terms'), field: name, values: z.array(scalar).max(MOST.values) }),
    z.strictObject({ type: z.literal('prefix'), field: name, value: z.string().max(MOST.valueCharacters) }),
    z.strictObject({ type: z.literal('wildcard'), field: name, value: z.string().max(MOST.textCharacters) }),
    z.strictObject({ type: z.literal('exists'), field: name }),
    z.strictObject({
      type: z.literal('range'),
      field: name,
      gte: bound.exactOptional(),
      gt: bound.exactOptional(),
      lte: bound.exactOptional(),
      lt: bound.exactOptional(),
    }),
    z.strictObject({ type: z.literal('text'), value: z.string().min(1).max(MOST.textCharacters) }),
  ]),
);

const time = z.strictObject({ from: instant, to: instant }).exactOptional();

const metric = z.discriminatedUnion('op', [
  z.strictObject({ name, op: z.literal('count') }),
  z.strictObject({ name, op: z.enum(['sum', 'avg', 'min', 'max']), field: name }),
  z.strictObject({ name, op: z.literal('distinct'), field: name }),
  z.strictObject({ name, op: z.literal('percentile'), field: name, percent: z.number().gt(0).max(100) }),
  z.strictObject({ name, op: z.literal('last'), field: name, over: name }),
]);

const direction = z.enum(['asc', 'desc']);

const interval = z.union([z.enum(CALENDAR_UNITS), z.strictObject({ seconds: z.int().min(1).max(MOST_SECONDS) })]);

const grouping = z.discriminatedUnion('by', [
  z.strictObject({
    name,
    by: z.literal('terms'),
    field: name,
    size: z.int().min(1).max(MOST.rows),
    order: z.strictObject({ by: name, direction }).exactOptional(),
    exceptPrefix: z.string().min(1).max(500).exactOptional(),
  }),
  z.strictObject({ name, by: z.literal('time'), field: name, interval }),
]);

/** What is counted over a whole question. */
const withinBounds = (query: Query, context: z.RefinementCtx): void => {
  const problem = beyondBounds(query);
  if (problem !== undefined) context.addIssue(problem);
};

const rows = z.strictObject({
  type: z.literal('rows'),
  view,
  filter,
  time,
  sort: z.array(z.strictObject({ field: name, direction })).max(MOST.sorts),
  limit: z.int().min(0).max(MOST.rows),
  offset: z.int().min(0).max(MOST.offset),
});
const query = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('aggregate'),
    view,
    filter,
    time,
    groups: z.array(grouping).max(MOST.groups),
    metrics: z.array(metric).max(MOST.metrics),
  }),
  rows,
]);

/** Brackets within brackets; a condition takes two. */
const MAX_DEPTH = 2 * MOST.depth + 12;
/** Members and entries of a whole request. */
const MAX_PARTS = 400_000;

/** What is too much of any JSON, before a shape follows it: it says each entry's fault, and calls itself for each bracket. Undefined where nothing is. */
export function tooMuchJson(value: unknown): string | undefined {
  let level: unknown[] = [value];
  let parts = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `The request is nested more than ${MAX_DEPTH} deep.`;
    const inside: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      if (Array.isArray(one) && one.length > MOST.values) return `A list of the request has more than ${MOST.values} entries.`;
      for (const inner of Object.values(one)) inside.push(inner);
    }
    parts += inside.length;
    if (parts > MAX_PARTS) return `The request has more than ${MAX_PARTS} members and entries.`;
    level = inside;
  }
  return undefined;
}

export const queryRequest: z.ZodType<QueryRequest> = z.strictObject({
  queries: z
    .array(query.superRefine(withinBounds))
    .max(MAX_QUERIES)
    .refine((queries) => pageSizes(queries) <= MAX_PAGES, `more than ${MAX_PAGES} documents are asked for together`),
});

const pageSizes = (queries: readonly Query[]): number =>
  queries.reduce((sum, one) => sum + (one.type === 'rows' ? one.limit : 0), 0);

export const searchRequest: z.ZodType<SearchRequest> = z.strictObject({
  index: z.string().min(1).max(512),
  query: z.string().max(MOST_CHARACTERS),
  limit: z.int().min(0).max(MOST.rows),
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
  limit: z.coerce.number().int().min(0).max(MOST.rows).default(100),
  failedOnly: z.stringbool().default(false),
});

/** `GET /api/runs/:id/problems?cause=&after=&limit=` */
export const problemsOptions = z.object({
  cause: z.string().max(64).optional(),
  after: z.string().max(16_384).optional(),
  limit: z.coerce.number().int().min(1).max(MOST.rows).default(100),
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

export const exportedRows: z.ZodType<RowsQuery> = rows.superRefine(withinBounds);
