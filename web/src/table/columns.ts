import type { Json } from '../../../core/json.ts';
import type { Format, LabelledField, PanelOf } from '../../../dashboards/dashboard.ts';
import { fieldLabel } from '../../../dashboards/field-label.ts';
import { dashboards } from '../../../dashboards/registry.ts';
import { viewOf } from '../../../dashboards/view-facts.ts';

export type Column = LabelledField & { readonly format: Format };

const FORMATS = new Map(
  dashboards.flatMap(({ panels }) =>
    panels
      .flatMap((panel) => (panel.type === 'table' ? panel.columns : []))
      .map((column) => [column.field, column.format] as const),
  ),
);

/** A column for any field: as dashboards show the field, else by its name and the form of its value. */
export function columnOf(field: string, example?: Json): Column {
  const known = FORMATS.get(field);
  return { field, label: fieldLabel(field), format: known ?? guessed(field, example) };
}

function guessed(field: string, example: Json | undefined): Format {
  if (/_cost$/.test(field)) return 'money';
  if (/(size|bytes)$/.test(field) && typeof example === 'number') return 'bytes';
  if (/(^|\.)(state|outcome)$/.test(field)) return 'state';
  if (field === '@timestamp' || (typeof example === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(example))) return 'time';
  return typeof example === 'number' ? 'number' : 'text';
}

/** Columns and order for the rows behind a number: those of the panel that lists the same, else the view's own. */
export function columnsFor(view: PanelOf<'table'>['view'], where: string): Pick<PanelOf<'table'>, 'columns' | 'sort'> {
  const lists = dashboards.flatMap(({ panels }) =>
    panels.filter((panel): panel is PanelOf<'table'> => panel.type === 'table' && panel.view === view && panel.where !== ''),
  );
  // The panel with the longest condition that is part of this one fits the rows best.
  const best = lists.filter((panel) => where.includes(panel.where)).sort((a, b) => b.where.length - a.where.length)[0];
  if (best !== undefined) return best;
  const { columns, sort } = viewOf(view).rows;
  return { columns: columns.map((field) => columnOf(field)), sort };
}
