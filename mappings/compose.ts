import type { Field, IndexMapping } from '../core/field.ts';
import { OrgscopeError } from '../core/problem.ts';

/** Adds the kinds' own fields to an index's shared ones; two fields of one name must be of one type. */
export function composeMapping(mapping: IndexMapping, kindFields: readonly Field[]): IndexMapping {
  const byName = new Map(mapping.fields.map((field) => [field.name, field]));
  for (const field of kindFields) {
    const present = byName.get(field.name);
    if (present === undefined) byName.set(field.name, field);
    else if (present.type !== field.type || present.array !== field.array) {
      throw new OrgscopeError(
        'unexpected',
        `The field ${field.name} is declared twice, as ${present.type} and as ${field.type}.`,
        'Give one of them another name.',
      );
    }
  }
  return { ...mapping, fields: [...byName.values()] };
}
