import type { ViewDeclaration } from './field.ts';
import { OrgscopeError } from './problem.ts';
import type { Filter, IndexView } from './query.ts';

/** Finds views by index names. Nothing else does, so that an index that no view owns is an error everywhere. */
export interface IndexNames {
  /** The view of a concrete index or of an alias. Throws an OrgscopeError (`unexpected`) for an index that no view owns. */
  viewOf(index: string): IndexView;
  /**
   * The view of an index pattern, and a filter where the pattern is narrower. `awscli-*` means the history alone, although the pattern also matches the
   * trail and current state. Throws an OrgscopeError (`usage`) for a pattern that matches no view.
   */
  resolve(pattern: string): { readonly view: IndexView; readonly filter: Filter };
}

type Named = Pick<ViewDeclaration, 'view' | 'index' | 'partition'>;

const DATES = { day: /^\d{4}\.\d{2}\.\d{2}$/, month: /^\d{4}\.\d{2}$/, none: /^$/ } as const;
/** What follows the prefix where datasets have indices of their own: the name of the dataset, and the date. */
const DATASET = /^([a-z0-9_]+)-(.*)$/;

export function indexNames(views: readonly Named[]): IndexNames {
  // The longest prefix first: `awscli-` begins the names of three views.
  const prefixed = views
    .flatMap(({ view, index, partition }) => ('prefix' in index ? [{ view, ...index, dates: DATES[partition] }] : []))
    .sort((one, other) => other.prefix.length - one.prefix.length);
  const exact = new Map(
    views.flatMap(({ view, index }) =>
      'exact' in index
        ? [index.exact, ...(index.alias === undefined ? [] : [index.alias])].map((name) => [name, view] as const)
        : [],
    ),
  );
  /** Cached, since every document is looked up and few indices occur. */
  const known = new Map<string, IndexView>();

  function find(index: string): IndexView | undefined {
    return (
      exact.get(index) ??
      prefixed.find(({ prefix, datasets, dates }) => {
        if (!index.startsWith(prefix)) return false;
        const rest = index.slice(prefix.length);
        const date = datasets === true ? DATASET.exec(rest)?.[2] : rest;
        return date !== undefined && dates.test(date);
      })?.view
    );
  }

  return {
    viewOf(index) {
      const before = known.get(index);
      if (before !== undefined) return before;
      const view = find(index);
      if (view === undefined) {
        throw new OrgscopeError(
          'unexpected',
          `No view owns the index ${index}.`,
          'This is a defect of orgscope: please report it with this message.',
        );
      }
      known.set(index, view);
      return view;
    },
    resolve(pattern) {
      // Data views append exclusions to the pattern; views exclude the same indices anyway.
      const wanted = (pattern.split(',')[0] as string).trim();
      for (const { view, index } of views) {
        if ('exact' in index && namesOf(index).includes(wanted)) return { view, filter: { type: 'all' } };
      }
      for (const { view, prefix, datasets } of prefixed) {
        if ([prefix.slice(0, -1), `${prefix.slice(0, -1)}*`, `${prefix}*`].includes(wanted))
          return { view, filter: { type: 'all' } };
        if (!wanted.startsWith(prefix)) continue;
        const name = wanted.replace(/\*$/, '');
        if (name.includes('*')) break;
        if (datasets === true && /^[a-z0-9_]+$/.test(wanted.slice(prefix.length)))
          return { view, filter: { type: 'prefix', field: '_index', value: `${wanted}-` } };
        const filter: Filter = wanted.endsWith('*')
          ? { type: 'prefix', field: '_index', value: name }
          : { type: 'term', field: '_index', value: wanted };
        return { view, filter };
      }
      throw new OrgscopeError(
        'usage',
        `No index is called ${pattern}.`,
        `Patterns: ${views.map(({ index }) => shownPattern(index)).join(', ')}; or one of their indices, such as awscli-trail-2026.10.01.`,
      );
    },
  };
}

/** What a person may write for an index of one name. */
function namesOf(index: { readonly exact: string; readonly alias?: string }): readonly string[] {
  const name = index.alias ?? index.exact;
  return [name, `${name}*`, ...(index.alias === undefined ? [] : [`${name}-*`, index.exact])];
}

/** What a person may write for all indices of a view: `awscli-*`, `awsusers`. */
export const shownPattern = (index: ViewDeclaration['index']): string =>
  'prefix' in index ? `${index.prefix}*` : (index.alias ?? index.exact);
