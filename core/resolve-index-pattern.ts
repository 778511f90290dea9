import { OrgscopeError } from './problem.ts';
import type { Filter, IndexView } from './query.ts';

const VIEWS: readonly { readonly view: IndexView; readonly prefix: string; readonly exact?: string }[] = [
  { view: 'awscli-trail', prefix: 'awscli-trail-' },
  { view: 'awscli-current', prefix: 'awscli-current', exact: 'awscli-current' },
  { view: 'awscli', prefix: 'awscli-' },
  { view: 'awschanges', prefix: 'awschanges-' },
  { view: 'awsbilling', prefix: 'awsbilling-' },
  { view: 'awsusers', prefix: 'awsusers' },
];

/**
 * The view that an index pattern means, and what narrows it. `awscli-*` is the history alone: as a bare pattern it
 * would also match the trail and current state. Throws an OrgscopeError (`usage`) for a pattern that matches nothing of ours.
 */
export function resolveIndexPattern(pattern: string): { view: IndexView; filter: Filter } {
  // Exclusions, as data views write them, are what we do anyway.
  const wanted = (pattern.split(',')[0] as string).trim();
  for (const { view, prefix, exact } of VIEWS) {
    const bare = prefix.replace(/-$/, '');
    if (wanted === bare || wanted === exact || wanted === `${bare}*` || wanted === `${prefix}*`)
      return { view, filter: { type: 'all' } };
    if (exact !== undefined || !wanted.startsWith(prefix)) continue;
    const name = wanted.replace(/\*$/, '');
    if (name.includes('*')) break;
    return {
      view,
      filter: wanted.endsWith('*')
        ? { type: 'prefix', field: '_index', value: name }
        : { type: 'term', field: '_index', value: wanted },
    };
  }
  throw new OrgscopeError(
    'usage',
    `No index is called ${pattern}.`,
    'Patterns: awscli-*, awscli-current, awscli-trail-*, awschanges-*, awsbilling-*, awsusers; or one of their indices, such as awscli-trail-2026.10.01.',
  );
}
