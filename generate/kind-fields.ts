import { kindFields } from '../collectors/inventory/kind-fields.ts';
import { declaredList } from './declared-list.ts';

/** core/declared-kind-fields.ts: the fields that the kinds add to the shared views, so that opening a store loads no kind. */
export const declaredKindFields = (): { readonly path: string; readonly text: string } =>
  declaredList({
    path: 'core/declared-kind-fields.ts',
    from: 'collectors/inventory/',
    type: 'Field',
    typeFile: 'field.ts',
    comment: "The kinds' own fields, each once.",
    name: 'DECLARED_KIND_FIELDS',
    items: kindFields(),
  });
