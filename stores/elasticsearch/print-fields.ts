import type { Field, IndexMapping } from '../../core/field.ts';
import { jsonAt, printTree } from '../../core/print-tree.ts';
import { IGNORE_ABOVE } from './schema.ts';

type PrintedField = Field & { readonly prints: string };

export const printedFields = ({ fields }: IndexMapping): readonly PrintedField[] =>
  fields.filter((field): field is PrintedField => field.prints !== undefined);

/**
 * Yields a function that adds the texts of flattened fields to a body: at its end and under their dotted names, so that they are easily removed when
 * the document is read. Texts that are too long for the engine to index are left out.
 */
export function fieldPrinter(mapping: IndexMapping): (body: Uint8Array) => Uint8Array {
  const fields = printedFields(mapping);
  if (fields.length === 0) return (body) => body;
  return (body) => {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const json = bytes.toString('utf8');
    let added = '';
    for (const { name, prints } of fields) {
      const tree = jsonAt(json, prints.split('.'));
      if (tree === undefined || (tree[0] !== '{' && tree[0] !== '[') || tree.length > MOST_CHARACTERS) continue;
      const text = printTree(tree);
      if (text.length <= IGNORE_ABOVE) added += `,${JSON.stringify(name)}:${JSON.stringify(text)}`;
    }
    return added === '' ? body : Buffer.concat([bytes.subarray(0, -1), Buffer.from(`${added}}`)]);
  };
}

/** The text is shorter than the JSON, though rarely by half. */
const MOST_CHARACTERS = 4 * IGNORE_ABOVE;
