import type { Field } from '../../core/field.ts';
import { quote } from '../quoted-json.ts';
import { NOTHING, type Part, scratchPart } from '../record-memory.ts';
import type { Leaf } from './line-plan.ts';
import { fieldCount, isPresent, textOf } from './line-slots.ts';

/** Columns for fields that AWS may add at the end of a line, so that they cost no more than known ones. */
export const EXTRA_COLUMNS: readonly string[] = ['extra-1', 'extra-2', 'extra-3', 'extra-4'];

/** The derived slot for fields beyond those, and what `furtherExtras` gives it. */
export const FURTHER_EXTRAS = 'furtherExtras';

/** The list of a line's fields beyond the known ones. */
export const extraLeaves = (field: string): readonly Leaf[] => [
  ...EXTRA_COLUMNS.map((slot): Leaf => ({ field, slot, form: 'text', list: {} })),
  { field, slot: FURTHER_EXTRAS, form: 'json', list: {} },
];

export const extraField = (name: string): Field => ({
  name,
  type: 'keyword',
  array: true,
  description: 'Fields at the end of the line that AWS added later.',
});

/** The present fields from a slot on, as items of a list. */
export function furtherExtras(from: number): Part {
  if (fieldCount() <= from) return NOTHING;
  const items: string[] = [];
  for (let slot = from; slot < fieldCount(); slot++) if (isPresent(slot)) items.push(quote(textOf(slot)));
  return scratchPart(items.join(','));
}
