import type { Field, IndexMapping } from '../../core/field.ts';
import { composeViews } from '../../mappings/compose.ts';
import { views } from '../../mappings/registry.ts';

/** The views as they are declared, with these fields in place of their own. */
export const viewsWith = (fields: readonly Field[]): readonly IndexMapping[] =>
  composeViews(
    views.map(({ takesKindFields: _, ...view }) => ({ ...view, fields, retentionDays: null })),
    [],
  );
