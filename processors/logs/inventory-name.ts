import { byteCache } from '../byte-cache.ts';
import { memory, type Part } from '../record-memory.ts';
import { keptJson } from './json-part.ts';
import { endOf, isPresent, setPart, startOf } from './line-slots.ts';
import { NO_NAMES, type ResourceNames } from './resource-names.ts';

/** Yields what gives one slot the inventory's name for the id in another slot. A name is kept while the same inventory is asked. */
export function inventoryName(
  lookUp: (names: ResourceNames, id: string) => string | undefined,
): (names: ResourceNames, id: number, slot: number) => void {
  const known = byteCache((from, to): { readonly id: string; names: ResourceNames; name: Part } => ({
    id: memory.toString('utf8', from, to),
    names: NO_NAMES,
    name: keptJson(undefined),
  }));
  return (names, id, slot) => {
    if (names === NO_NAMES || !isPresent(id)) return;
    const entry = known(startOf(id), endOf(id));
    if (entry.names !== names) {
      entry.names = names;
      entry.name = keptJson(lookUp(names, entry.id));
    }
    setPart(slot, entry.name);
  };
}
