/** What a column needs in pixels: to be seen whole, and to be of use at all. */
export interface ColumnNeed {
  readonly whole: number;
  readonly least: number;
}

/** Where a table has to be scrolled anyway, no column is wider for the sake of one long value. */
const WIDE_PX = 260;

/**
 * Widths at which all columns fit into the room, the widest narrowed first: what is short stays whole. Where even the least of each do not fit, the table
 * is scrolled, and each has what is comfortable.
 */
export function fitColumns(needs: readonly ColumnNeed[], room: number): number[] {
  const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0);
  const upTo = (level: number): number[] => needs.map(({ whole, least }) => Math.max(least, Math.min(whole, level)));
  if (total(upTo(0)) > room) return upTo(WIDE_PX);
  let [low, high] = [0, Math.max(0, ...needs.map(({ whole }) => whole))];
  if (total(upTo(high)) <= room) return upTo(high);
  // To the pixel: the sum grows with the level.
  while (high - low > 1) {
    const level = Math.floor((low + high) / 2);
    if (total(upTo(level)) <= room) low = level;
    else high = level;
  }
  return upTo(low);
}
