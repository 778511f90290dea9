import type { Field } from '../../core/field.ts';
import { kinds } from './registry.ts';

/** The kinds' own fields, each once: what joins the shared fields of `awscli` and `awscli-current` in their mappings. */
export function kindFields(): readonly Field[] {
  return [...new Map(kinds.flatMap((kind) => kind.fields).map((field) => [field.name, field])).values()];
}
