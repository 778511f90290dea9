import { format } from '../format.ts';
import type { Column } from './columns.ts';
import type { ColumnNeed } from './fit-columns.ts';
import type { RowPages } from './row-pages.ts';
import { valueAt } from './value-at.ts';

/** How many rows are measured. Columns that adapted to rows scrolled into view would jump. */
const SAMPLED = 60;
const PADDING_PX = 22;
/** The extra padding of the first and the last column at the edge of the panel. */
const EDGE_PX = 6;
const SORT_MARK_PX = 16;
const STATE_PX = 20;
/** How much of a text is enough to tell it from others. */
const LEAST_PX = { named: 190, other: 76 };
const WEIGHT = { plain: 400, bold: 550 };

/** The column that links to the row's page: the first one that identifies rows. A state or a number does not. */
export const namingColumn = (columns: readonly Column[]): number =>
  Math.max(
    0,
    columns.findIndex(({ format: as }) => as === 'text' || as === 'time' || as === 'date'),
  );

/** The width that each column needs, by its heading and its first values. A text may be cut; a cut number or date would be wrong. */
export function columnNeeds(columns: readonly Column[], rows: RowPages, sorted: string): ColumnNeed[] {
  const named = namingColumn(columns);
  return columns.map(({ field, label, format: as }, place) => {
    const around = PADDING_PX + (place === 0 || place === columns.length - 1 ? EDGE_PX : 0);
    const heading = textWidth(label, WEIGHT.bold) + (field === sorted ? SORT_MARK_PX : 0);
    let widest = heading;
    for (let index = 0; index < Math.min(SAMPLED, rows.total); index++) {
      const hit = rows.row(index);
      if (hit === undefined) continue;
      const text = format(valueAt(hit._source, field), as);
      widest = Math.max(widest, textWidth(text, place === named ? WEIGHT.bold : WEIGHT.plain) + (as === 'state' ? STATE_PX : 0));
    }
    const cut = as === 'text' ? LEAST_PX[place === named ? 'named' : 'other'] : widest;
    return { whole: Math.ceil(widest + around), least: Math.ceil(Math.min(widest, Math.max(heading, cut)) + around) };
  });
}

const SIZE_PX = 13;
const KEPT = 20_000;
const kept = new Map<string, number>();
let canvas: CanvasRenderingContext2D | null | undefined;

/** Measures a text in the page's font. */
function textWidth(text: string, weight: number): number {
  const key = `${weight} ${text}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas === null || canvas === undefined) return text.length * 8;
  canvas.font = `${weight} ${SIZE_PX}px ${getComputedStyle(document.body).fontFamily}`;
  const { width } = canvas.measureText(text);
  if (kept.size >= KEPT) kept.clear();
  kept.set(key, width);
  return width;
}
