import type { Json } from '../core/json.ts';
import { shownLine } from '../core/shown-line.ts';

const MAX_CELL = 60;

/** Rows as a text table. Numbers are right-aligned; long values are cut, and --json has them whole. */
export function formatTable(columns: readonly string[], rows: readonly Readonly<Record<string, Json>>[]): string {
  const cells = rows.map((row) => columns.map((column) => cell(row[column])));
  const widths = columns.map((column, index) =>
    cells.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), column.length),
  );
  const right = columns.map((column) => rows.length > 0 && rows.every((row) => isNumber(row[column])));
  const line = (values: readonly string[]): string =>
    values
      .map((value, index) => (right[index] ? value.padStart(widths[index] ?? 0) : value.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  const lines = [line(columns.map(shownLine)), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line)];
  return `${lines.join('\n')}\n(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})\n`;
}

function cell(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  const text = shownLine(typeof value === 'object' ? JSON.stringify(value) : String(value));
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}

/** Stores return decimals and large integers as text. */
function isNumber(value: Json | undefined): boolean {
  return (
    value === null ||
    value === undefined ||
    typeof value === 'number' ||
    (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
  );
}
