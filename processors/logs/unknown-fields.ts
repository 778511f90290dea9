import { NOTHING, type Part } from '../record-memory.ts';
import { scratchJson } from './json-part.ts';
import { isPresent, textOf } from './line-slots.ts';

/** Yields the object of a line's fields that orgscope does not know yet, by their names in the header with `_` for what is no letter or digit. */
export function unknownFields(columns: readonly string[], known: ReadonlySet<string>): () => Part {
  const unknown = columns.flatMap((column, index) => (known.has(column) ? [] : [{ name: fieldName(column), index }]));
  if (unknown.length === 0) return () => NOTHING;
  return () => {
    const present = unknown.filter(({ index }) => isPresent(index));
    if (present.length === 0) return NOTHING;
    return scratchJson(Object.fromEntries(present.map(({ name, index }) => [name, textOf(index)])));
  };
}

const fieldName = (column: string): string =>
  column
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
    .toLowerCase();
