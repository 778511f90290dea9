import { OrgscopeError } from './problem.ts';
import type { IndexView } from './query.ts';

/**
 * A field's type, store-independent.
 * `keyword` exact text · `text` words · `date` ISO 8601 instant · `long` · `double` · `decimal` money, DECIMAL(38,18) in DuckDB, double plus
 * the report's own text on engines · `boolean` · `ip` · `flattened` any JSON object without a mapping of its own · `printed` the text of a
 * flattened field as Java prints a map, which is in no document: stores make it themselves
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

/**
 * How the concrete indices of a view are named: a prefix and then the day or month of the documents, or one name for all of them. `datasets`: between prefix
 * and day stands the name of a dataset, as in `awslogs-vpcflow-2026.11.21`. `alias` is the name by which the one index is searched.
 */
export type IndexNaming =
  | { readonly prefix: string; readonly datasets?: true }
  | { readonly exact: string; readonly alias?: string };

/** One view: an index (or a row of indices) and all that is known of it. One file of `mappings/` each; the rest of the code asks these. */
export interface ViewDeclaration {
  readonly view: IndexView;
  readonly index: IndexNaming;
  /** How concrete indices are cut. `none` is current state: sweeps replace its documents and retire those that they no longer see. */
  readonly partition: 'day' | 'month' | 'none';
  /** The field that a time range applies to; null for current state, so that a time range never hides a running machine. */
  readonly timeField: string | null;
  /** How many days are kept unless lists/retention.txt says otherwise; null for current state, which is never pruned. */
  readonly retentionDays: number | null;
  /** Where the patterns of two views overlap, the template with the higher priority wins on engines: that of the narrower pattern. */
  readonly templatePriority: number;
  /**
   * Set where report deliveries replace the documents, each those of its report and month. On engines the concrete indices begin with this prefix, which
   * no pattern of a reader matches, and the view's own names are aliases. A store has at most one such view.
   */
  readonly delivery?: { readonly indexPrefix: string /** Holds `YYYY-MM`. */; readonly monthField: string };
  /** Its documents are resources of any kind: the fields that kinds declare are added to its own. */
  readonly takesKindFields?: true;
  /** Every sweep writes all resources again: a number over time is the level of the last sweep in a bucket, and not a sum. */
  readonly repeats?: true;
  /** One sentence: what one document is. */
  readonly description: string;
  /** Heading of a document's page. */
  readonly documentTitle: string;
  /** The columns and the order of its rows where no panel defines them. */
  readonly rows: {
    readonly columns: readonly string[];
    readonly sort: { readonly field: string; readonly direction: 'asc' | 'desc' };
  };
  /** The field that names the document's resource, to whose page a row links. Without it a row links to its document. */
  readonly resourceField?: string;
  /** Fields by whose values alone questions look for documents. The embedded store keeps where each value occurs, so that it need not read every document. */
  readonly indexed?: readonly string[];
  readonly fields: readonly Field[];
  /** What its documents hold beside these fields on purpose: it is kept in the document, and can be neither searched nor shown in a panel. */
  readonly unmapped?: readonly string[];
}

/** A view as stores take it: with the fields of the kinds, and with the patterns that follow from all views together. */
export interface IndexMapping extends ViewDeclaration {
  /** The pattern that data views and templates use. It may match indices of other views, which `excludes` lists. */
  readonly pattern: string;
  /** Patterns of other views that `pattern` matches as well. */
  readonly excludes: readonly string[];
}

/** What the names of a view's dated indices begin with. */
export const indexPrefixOf = ({ index }: Pick<ViewDeclaration, 'index'>): string =>
  'prefix' in index ? index.prefix : `${index.alias ?? index.exact}-`;

/** Declares a view; the registry of `mappings/` finds it by this call. */
export const declareView = (declaration: ViewDeclaration): ViewDeclaration => declaration;

/** Yields a lookup of a view's mapping among those that a store was opened with. */
export const mappingOf =
  (mappings: readonly IndexMapping[]) =>
  (view: IndexView): IndexMapping => {
    const mapping = mappings.find((candidate) => candidate.view === view);
    if (mapping === undefined) throw new OrgscopeError('usage', `The store has no view ${view}.`, '');
    return mapping;
  };

/**
 * The view whose documents come by deliveries, of those that a store was opened with: what its own names begin with, and the prefix of its concrete indices on
 * engines.
 */
export function deliveredView(mappings: readonly IndexMapping[]): {
  readonly view: IndexView;
  readonly prefix: string;
  readonly indexPrefix: string;
} {
  for (const mapping of mappings) {
    const { view, delivery } = mapping;
    if (delivery !== undefined) return { view, prefix: indexPrefixOf(mapping), indexPrefix: delivery.indexPrefix };
  }
  throw new OrgscopeError('usage', 'The store has no view that deliveries are loaded into.', '');
}
