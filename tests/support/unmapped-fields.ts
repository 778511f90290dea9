import { storeMappings } from '../../app/store-mappings.ts';
import type { Document } from '../../core/document.ts';
import type { FieldType, IndexMapping } from '../../core/field.ts';
import { indexNames } from '../../core/index-names.ts';
import type { Json } from '../../core/json.ts';
import type { IndexView } from '../../core/query.ts';

export type MappedView = Pick<IndexMapping, 'view' | 'index' | 'partition' | 'fields' | 'unmapped' | 'takesKindFields'>;

/**
 * Collects the fields of documents that their view names neither in `fields` nor in `unmapped`, each as one sentence. Stores keep such a field in the document
 * and report nothing, but the embedded store has no column for it and engines do not index it: no search and no panel finds it.
 */
export function unmappedFields(mappings: readonly MappedView[] = storeMappings()): {
  check(documents: readonly Document[]): void;
  readonly found: readonly string[];
} {
  const { viewOf } = indexNames(mappings);
  const typesOf = new Map(
    mappings.map(({ view, fields, unmapped = [] }) => [
      view,
      new Map<string, FieldType | 'unmapped'>([
        ...fields.map(({ name, type }) => [name, type] as const),
        ...unmapped.map((name) => [name, 'unmapped'] as const),
      ]),
    ]),
  );
  const found = new Set<string>();

  function visit(value: Json, name: string, types: ReadonlyMap<string, FieldType | 'unmapped'>, view: IndexView): void {
    if (value === null || types.get(name) === 'flattened') return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, name, types, view);
    } else if (typeof value === 'object') {
      for (const [key, member] of Object.entries(value)) visit(member, name === '' ? key : `${name}.${key}`, types, view);
    } else if (!types.has(name)) {
      const takesKindFields = mappings.some((mapping) => mapping.view === view && mapping.takesKindFields === true);
      const kind = takesKindFields ? ' or of its kind' : '';
      found.add(
        `The view ${view} does not map ${name}: declare it in \`fields\` of mappings/${view}.ts${kind}, or in \`unmapped\` if nothing needs to find it.`,
      );
    }
  }

  return {
    check(documents) {
      for (const { index, body } of documents) {
        const view = viewOf(index);
        visit(JSON.parse(Buffer.from(body).toString()), '', typesOf.get(view) ?? new Map(), view);
      }
    },
    get found() {
      return [...found].sort();
    },
  };
}
