import type { Filter } from '../../core/query.ts';

/** Accounts by organisational unit. Each unit includes the accounts of the units within it. */
export type AccountsByUnit = ReadonlyMap<string, readonly string[]>;

/** Made from the units that accounts are directly in, such as `Workloads/Prod`. Sorted by name, so that a unit precedes those within it. */
export function accountsByUnit(placed: readonly { readonly unit: string; readonly account: string }[]): AccountsByUnit {
  const accounts = new Map<string, Set<string>>();
  for (const { unit, account } of placed) {
    for (const path of withThoseAbove(unit)) {
      const inUnit = accounts.get(path) ?? new Set();
      accounts.set(path, inUnit.add(account));
    }
  }
  return new Map(
    [...accounts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([path, inUnit]) => [path, [...inUnit].sort()]),
  );
}

/** `A/B/C` → `A`, `A/B`, `A/B/C`; a slash after a backslash is part of a name. */
function withThoseAbove(unit: string): string[] {
  const names = unit.match(/(?:\\.|[^\\/])+/gs) ?? [];
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** Replaces chosen units by the accounts under them, which every document has. An unknown or empty unit matches nothing. */
export function underUnits(
  chosen: readonly { readonly value: string; readonly not: boolean }[],
  units: AccountsByUnit,
): Filter[] {
  const under = (not: boolean): Filter => ({
    type: 'terms',
    field: 'cloud.account.id',
    values: [...new Set(chosen.filter((unit) => unit.not === not).flatMap(({ value }) => units.get(value) ?? []))],
  });
  const filters: Filter[] = [];
  if (chosen.some(({ not }) => !not)) filters.push(under(false));
  if (chosen.some(({ not }) => not)) filters.push({ type: 'not', filter: under(true) });
  return filters;
}
