/** What a column needs in pixels: to show its values whole, and at the least. */
export interface ColumnNeed {
  readonly whole: number;
  readonly least: number;
}

/** The widest column of a table that scrolls anyway, whatever its longest value. */
const WIDE_PX = 260;

/**
 * Widths at which all columns fit into the available space. The widest columns are narrowed first, so that short values stay whole. If even the least
 * widths do not fit, the table scrolls and each column has a comfortable width.
 */
export function fitColumns(needs: readonly ColumnNeed[], room: number): number[] {
  const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0);
  const upTo = (level: number): number[] => needs.map(({ whole, least }) => Math.max(least, Math.min(whole, level)));
  if (total(upTo(0)) > room) return upTo(WIDE_PX);
  let [low, high] = [0, Math.max(0, ...needs.map(({ whole }) => whole))];
  if (total(upTo(high)) <= room) return upTo(high);
  // Finds the largest common limit, to the pixel, since the sum grows with it.
  while (high - low > 1) {
    const level = Math.floor((low + high) / 2);
    if (total(upTo(level)) <= room) low = level;
    else high = level;
  }
  return upTo(low);
}
