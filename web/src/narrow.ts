import type { Filter, IndexView } from '../../core/query.ts';
import type { Choice } from '../../dashboards/compile-panel.ts';
import { UNIT } from '../../dashboards/dashboard.ts';
import { knowsField } from '../../dashboards/view-facts.ts';
import { accountIds, unitAccounts } from './accounts.ts';
import { type Chip, chips, parsedSearch, time } from './state.ts';
import { underUnits } from './units.ts';

/** Replaces a chosen account name by the account's id, which every view has. */
function byId(chip: Chip): Chip {
  const id = chip.field === 'cloud.account.name' ? accountIds.value.get(chip.value) : undefined;
  return id === undefined ? chip : { field: 'cloud.account.id', value: id, not: chip.not };
}

/** The reader's choice as a filter of one view. A field that the view does not have is left out and narrows nothing. */
export function choiceFor(view: IndexView, without?: string): Choice {
  const byField = new Map<string, Chip[]>();
  const isUnit = ({ field }: Chip): boolean => field === UNIT.field;
  for (const chip of chips.value.filter((chip) => chip.field !== without && !isUnit(chip)).map(byId)) {
    if (knowsField(view, chip.field)) byField.set(chip.field, [...(byField.get(chip.field) ?? []), chip]);
  }
  const filters: Filter[] = [parsedSearch.value.filter, ...underUnits(chips.value.filter(isUnit), unitAccounts.value)];
  for (const [field, chosen] of byField) {
    // Values of the same field are alternatives; different fields must all match.
    const values = chosen.filter(({ not }) => !not).map(({ value }) => value);
    if (values.length > 0) filters.push({ type: 'terms', field, values });
    for (const { value } of chosen.filter(({ not }) => not))
      filters.push({ type: 'not', filter: { type: 'term', field, value } });
  }
  return { filter: { type: 'and', filters }, time: time.value };
}
