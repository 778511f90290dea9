import type { Field } from '../../core/field.ts';
import { kinds } from './registry.ts';

/** The fields of all kinds, each once. The mappings of `awscli` and `awscli-current` have them besides the fields that all resources share. */
export function kindFields(): readonly Field[] {
  return [...new Map(kinds.flatMap((kind) => kind.fields).map((field) => [field.name, field])).values()];
}
