import type { Interval } from './interval.ts';
import type { Json } from './json.ts';
import type { VIEW_NAMES } from './view-names.ts';

/**
 * Questions to a store, in one form for every store: each store compiles them to SQL or to the search DSL, and a parity test holds the answers
 * together. The page's panels, its selectors and the `search` command all use this form.
 */

/** A view: all concrete indices of one kind. */
export type IndexView = (typeof VIEW_NAMES)[number];

/** The meaning of a filter; the text form is the Lucene subset of `parse-lucene.ts`. */
export type Filter =
  | { readonly type: 'all' }
  | { readonly type: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly type: 'not'; readonly filter: Filter }
  /** Equality, by the field's type; an address also matches a block that holds it (`10.0.0.0/8`). An array field matches when one element does. */
  | { readonly type: 'term'; readonly field: string; readonly value: string | number | boolean }
  | { readonly type: 'terms'; readonly field: string; readonly values: readonly (string | number | boolean)[] }
  | { readonly type: 'prefix'; readonly field: string; readonly value: string }
  /** `*` stands for any characters and `?` for one, unless a backslash stands before it. */
  | { readonly type: 'wildcard'; readonly field: string; readonly value: string }
  | { readonly type: 'exists'; readonly field: string }
  /** Bounds as ISO 8601 text for dates. */
  | {
      readonly type: 'range';
      readonly field: string;
      readonly gte?: string | number;
      readonly gt?: string | number;
      readonly lte?: string | number;
      readonly lt?: string | number;
    }
  /** A bare word or "phrase": case-insensitive, anywhere in the document's text. */
  | { readonly type: 'text'; readonly value: string };

/** A filter on one field. */
export type FieldFilter = Extract<Filter, { readonly field: string }>;

/** Half-open: from ≤ t < to, ISO 8601 in UTC. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

export type Metric =
  | { readonly name: string; readonly op: 'count' }
  /** `sum` and `avg` take numbers, `min` and `max` also dates. A sum over `decimal` fields is exact where the store can, and is returned as text. */
  | { readonly name: string; readonly op: 'sum' | 'avg' | 'min' | 'max'; readonly field: string }
  /** The exact number of distinct values. */
  | { readonly name: string; readonly op: 'distinct'; readonly field: string }
  /**
   * The smallest value such that at least `percent` of all values are not greater than it (nearest rank), so that it is a value of some document. Above 0
   * and at most 100, with up to three decimal places.
   */
  | { readonly name: string; readonly op: 'percentile'; readonly field: string; readonly percent: number }
  /** The value of the document with the latest date `over`, of those that have both; among equally late ones that with the greatest `_id`. */
  | { readonly name: string; readonly op: 'last'; readonly field: string; readonly over: string };

export type Grouping =
  /** Array fields count once per element. Ordered by a metric's name or the group's own value. */
  | {
      readonly name: string;
      readonly by: 'terms';
      readonly field: string;
      readonly size: number;
      readonly order?: { readonly by: string; readonly direction: 'asc' | 'desc' };
      /** Values that begin with it make no group. */
      readonly exceptPrefix?: string;
    }
  /** Buckets in UTC; empty buckets are not returned. The value is the bucket's start, ISO 8601. */
  | { readonly name: string; readonly by: 'time'; readonly field: string; readonly interval: Interval };

/** Numbers over groups. */
export interface AggregateQuery {
  readonly type: 'aggregate';
  readonly view: IndexView;
  readonly filter: Filter;
  /** On the view's time field; a view without one ignores it. */
  readonly time?: TimeRange;
  /** Outer to inner; none gives one row. */
  readonly groups: readonly Grouping[];
  readonly metrics: readonly Metric[];
}

/** The documents themselves. */
export interface RowsQuery {
  readonly type: 'rows';
  readonly view: IndexView;
  readonly filter: Filter;
  readonly time?: TimeRange;
  readonly sort: readonly { readonly field: string; readonly direction: 'asc' | 'desc' }[];
  readonly limit: number;
  readonly offset: number;
}

export type Query = AggregateQuery | RowsQuery;

/** One row per combination of groups: group names and metric names are its keys. Decimal numbers are text, so that no digit is lost. */
export interface AggregateAnswer {
  readonly type: 'aggregate';
  readonly rows: readonly Readonly<Record<string, string | number | boolean | null>>[];
}

export interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _source: Json;
}

export interface RowsAnswer {
  readonly type: 'rows';
  /** The number of all matching documents, not only of those returned. */
  readonly total: number;
  readonly hits: readonly Hit[];
}

export type Answer = AggregateAnswer | RowsAnswer;
