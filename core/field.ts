import { OrgscopeError } from './problem.ts';
import type { IndexView } from './query.ts';

/**
 * A field's type, store-independent.
 * `keyword` exact text · `text` words · `date` ISO 8601 instant · `long` · `double` · `decimal` money, DECIMAL(38,18) in DuckDB, double plus
 * the report's own text on engines · `boolean` · `ip` · `flattened` any JSON object without a mapping of its own · `printed` the text of a
 * flattened field (`print-tree.ts`), which is in no document: stores make it themselves
 */
export type FieldType = 'keyword' | 'text' | 'date' | 'long' | 'double' | 'decimal' | 'boolean' | 'ip' | 'flattened' | 'printed';

export interface Field {
  /** Dotted, such as `cloud.account.id`. */
  readonly name: string;
  readonly type: FieldType;
  /** One sentence; becomes its row in the docs. */
  readonly description: string;
  /** The document may hold an array of values. */
  readonly array?: boolean;
  /** With an array: the list of objects that the values lie in, one in each. */
  readonly within?: string;
  /** With `printed`: the flattened field. */
  readonly prints?: string;
}

export interface IndexMapping {
  readonly view: IndexView;
  /** The pattern that data views and templates use; what it must leave out is in `excludes`. */
  readonly pattern: string;
  readonly excludes: readonly string[];
  /** How concrete indices are cut. */
  readonly partition: 'day' | 'month' | 'none';
  /** What a time range applies to; none for current state, so that a time range never hides a running machine. */
  readonly timeField: string | null;
  /** How many days are kept unless lists/retention.txt says otherwise; none for current state, which is never pruned. */
  readonly retentionDays: number | null;
  /** One sentence: what one document is. */
  readonly description: string;
  readonly fields: readonly Field[];
}

/** A view's mapping, of those that a store was opened with. */
export const mappingOf =
  (mappings: readonly IndexMapping[]) =>
  (view: IndexView): IndexMapping => {
    const mapping = mappings.find((candidate) => candidate.view === view);
    if (mapping === undefined) throw new OrgscopeError('usage', `The store has no view ${view}.`, '');
    return mapping;
  };
