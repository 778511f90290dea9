import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import { OrgscopeError } from '../core/problem.ts';

/** The kinds that `--kinds` names; all of them by default. */
export function chooseKinds(list: string | undefined): readonly ResourceKind[] {
  if (list === undefined) return kinds;
  const names = new Set(list.split(',').map((name) => name.trim()));
  for (const name of names) {
    if (!kinds.some((kind) => kind.name === name)) {
      throw new OrgscopeError('usage', `There is no kind "${name}".`, `Kinds: ${kinds.map((kind) => kind.name).join(', ')}.`);
    }
  }
  return kinds.filter(({ name }) => names.has(name));
}
