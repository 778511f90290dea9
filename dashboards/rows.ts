import type { Dashboard, Panel } from './dashboard.ts';

/** How many columns a row has; the widths of its panels add up to it. */
export const ROW_COLUMNS = 12;

/** The panels of a dashboard in their rows, of which each fills twelve columns. Throws an Error that names the panel and the row which do not. */
export function rowsOf({ id, panels }: Pick<Dashboard, 'id' | 'panels'>): readonly (readonly Panel[])[] {
  const rows: Panel[][] = [];
  let column = ROW_COLUMNS;
  for (const panel of panels) {
    if (column === ROW_COLUMNS) {
      rows.push([]);
      column = 0;
    }
    rows.at(-1)?.push(panel);
    column += panel.width;
    if (column > ROW_COLUMNS)
      throw badRow(id, rows, `its row has ${ROW_COLUMNS - column + panel.width} of ${ROW_COLUMNS} columns left`);
  }
  if (column < ROW_COLUMNS) throw badRow(id, rows, `it ends the dashboard, and ${ROW_COLUMNS - column} columns are left empty`);
  return rows;
}

/** The last panel of the last row is the one that is wrong. */
function badRow(id: string, rows: readonly (readonly Panel[])[], reason: string): Error {
  const row = rows.at(-1) ?? [];
  const last = row.at(-1);
  const widths = row.map(({ title, width }) => `${title} ${width}`).join(' + ');
  return new Error(
    `dashboards/${id}.ts: the panel "${last?.title}" has the width ${last?.width}, but ${reason} (row ${rows.length}: ${widths}). Change the widths of this row.`,
  );
}
