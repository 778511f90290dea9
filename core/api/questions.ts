import { z } from 'zod';
import { CALENDAR_UNITS, MOST_SECONDS } from '../interval.ts';
import type { Json } from '../json.ts';
import { MOST_CHARACTERS } from '../parse-lucene.ts';
import type { ProblemCode } from '../problem.ts';
import type { Answer, Filter, Query, RowsQuery } from '../query.ts';
import { beyondBounds, MOST } from '../question-bounds.ts';
import { VIEW_NAMES } from '../view-names.ts';
import { count, listOf, shape, typed } from './shape.ts';

/** What is asked of the store over HTTP: questions of panels, searches, SQL and exports. All paths are under `/api`. */

/** Questions of one request: those of a dashboard. */
const MAX_QUERIES = 64;
/** Documents of one request: they are held in memory until they are sent. */
const MAX_PAGES = 20_000;

export const fieldName = z.string().min(1).max(MOST.nameCharacters);
const scalar = z.union([z.string().max(MOST.valueCharacters), z.number(), z.boolean()]);
const bound = z.union([z.string().max(MOST.valueCharacters), z.number()]);
const view = z.enum(VIEW_NAMES);
const instant = z.iso.datetime({ offset: true });

// A filter contains filters, so its type can't be inferred: it stands in core/query.ts, and the compiler compares both.
const filter: z.ZodType<Filter> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('all') }),
    z.strictObject({ type: z.enum(['and', 'or']), filters: z.array(filter).max(MOST.values) }),
    z.strictObject({ type: z.literal('not'), filter }),
    z.strictObject({ type: z.literal('term'), field: fieldName, value: scalar }),
    z.strictObject({ type: z.literal('terms'), field: fieldName, values: z.array(scalar).max(MOST.values) }),
    z.strictObject({ type: z.literal('prefix'), field: fieldName, value: z.string().max(MOST.valueCharacters) }),
    z.strictObject({ type: z.literal('wildcard'), field: fieldName, value: z.string().max(MOST.textCharacters) }),
    z.strictObject({ type: z.literal('exists'), field: fieldName }),
    z.strictObject({
      type: z.literal('range'),
      field: fieldName,
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
  z.strictObject({ name: fieldName, op: z.literal('count') }),
  z.strictObject({ name: fieldName, op: z.enum(['sum', 'avg', 'min', 'max']), field: fieldName }),
  z.strictObject({ name: fieldName, op: z.literal('distinct'), field: fieldName }),
  z.strictObject({ name: fieldName, op: z.literal('percentile'), field: fieldName, percent: z.number().gt(0).max(100) }),
  z.strictObject({ name: fieldName, op: z.literal('last'), field: fieldName, over: fieldName }),
]);

const direction = z.enum(['asc', 'desc']);

const interval = z.union([z.enum(CALENDAR_UNITS), z.strictObject({ seconds: z.int().min(1).max(MOST_SECONDS) })]);

const grouping = z.discriminatedUnion('by', [
  z.strictObject({
    name: fieldName,
    by: z.literal('terms'),
    field: fieldName,
    size: z.int().min(1).max(MOST.rows),
    order: z.strictObject({ by: fieldName, direction }).exactOptional(),
    exceptPrefix: z.string().min(1).max(500).exactOptional(),
  }),
  z.strictObject({ name: fieldName, by: z.literal('time'), field: fieldName, interval }),
]);

/** Bounds over a whole question. */
const withinBounds = (query: Query, context: z.RefinementCtx): void => {
  const problem = beyondBounds(query);
  if (problem !== undefined) context.addIssue(problem);
};

const rows = z.strictObject({
  type: z.literal('rows'),
  view,
  filter,
  time,
  sort: z.array(z.strictObject({ field: fieldName, direction })).max(MOST.sorts),
  limit: z.int().min(0).max(MOST.rows),
  offset: z.int().min(0).max(MOST.offset),
});
const query: z.ZodType<Query> = z.discriminatedUnion('type', [
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

/** POST /api/query: answered with NDJSON, a QueryLine for each question as soon as the store has answered it. */
export const queryRequest = shape({
  queries: z
    .array(query.superRefine(withinBounds))
    .max(MAX_QUERIES)
    .refine((queries) => pageSizes(queries) <= MAX_PAGES, `more than ${MAX_PAGES} documents are asked for together`)
    .readonly(),
});
export type QueryRequest = z.infer<typeof queryRequest>;

const pageSizes = (queries: readonly Query[]): number =>
  queries.reduce((sum, one) => sum + (one.type === 'rows' ? one.limit : 0), 0);

export const queryLine = shape({
  /** Which question of the request it answers. */
  index: count,
  /** A question that fails does not stop the other questions. */
  answer: typed<Answer | { readonly type: 'error'; readonly message: string }>(),
});
export type QueryLine = z.infer<typeof queryLine>;

/** POST /api/search, answered with a `RowsAnswer`: documents of an index pattern, in the order of their ids so that pages join. */
export const searchRequest = shape({
  /** Such as `awscli-trail-*` or `awscli-2026.11.21`. */
  index: z.string().min(1).max(512),
  /** The Lucene subset; empty means everything. */
  query: z.string().max(MOST_CHARACTERS),
  limit: z.int().min(0).max(MOST.rows),
  /** The last `_id` of the page before; the answer's total counts what comes after it. */
  after: z.string().max(512).exactOptional(),
});
export type SearchRequest = z.infer<typeof searchRequest>;

/** POST /api/sql (token): read-only, embedded store only. Answered with NDJSON, a SqlLine each; without a last `count` the answer is not whole. */
export const sqlRequest = shape({ sql: z.string().min(1).max(1_000_000) });

export const sqlLine = z.union([
  /** The first line. */
  shape({ columns: listOf(z.string()) }),
  shape({ rows: listOf(typed<Readonly<Record<string, Json>>>()) }),
  /** The last line: how many rows there were, or why no more come. */
  shape({ count }),
  shape({ error: shape({ code: typed<ProblemCode>(), message: z.string(), next: z.string() }) }),
]);
export type SqlLine = z.infer<typeof sqlLine>;

/** GET /api/export?format=&query=&column=&column=: all rows of a `RowsQuery` (as JSON; its limit and offset are ignored), as a file. */
export const exportOptions = z.object({
  format: z.enum(['csv', 'json']),
  query: z.string().max(65_536),
  column: z.preprocess(
    (given) => (given === undefined ? [] : Array.isArray(given) ? given : [given]),
    z.array(fieldName).max(200),
  ),
});
export type ExportFormat = z.infer<typeof exportOptions>['format'];

/** The query of an export, once its text is parsed. */
export const exportedRows: z.ZodType<RowsQuery> = rows.superRefine(withinBounds);
