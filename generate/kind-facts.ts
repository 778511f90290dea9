import { kinds } from '../collectors/inventory/registry.ts';
import { declaredList } from './declared-list.ts';

/** core/declared-kinds.ts: what search and the resource page have to know of some kinds, for rooms that import no kind. */
export const kindFacts = (): { readonly path: string; readonly text: string } =>
  declaredList({
    path: 'core/declared-kinds.ts',
    from: 'collectors/inventory/',
    type: 'KindFacts',
    typeFile: 'kind-page.ts',
    comment: 'The kinds that declare something for search or the resource page.',
    name: 'DECLARED_KINDS',
    items: kinds.flatMap(({ name, recordField, page }) => (page === undefined ? [] : [{ name, recordField, ...page }])),
  });
