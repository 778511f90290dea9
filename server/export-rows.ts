import type { ExportFormat } from '../core/api/questions.ts';
import type { Json } from '../core/json.ts';
import type { RowsQuery } from '../core/query.ts';
import type { Asker } from './asker.ts';
import { at } from './find-resources.ts';

const PAGE = 2_000;
/** A page by its offset costs what lies before it; beyond this the rows come in the order of their ids, where no page costs more than the first. */
const MOST_SORTED = 50_000;

/** All rows that match as text, in pieces: CSV with these columns (dotted paths), or a JSON array of whole documents. */
export async function* exportRows(
  ask: Asker,
  query: RowsQuery,
  format: ExportFormat,
  columns: readonly string[],
): AsyncGenerator<string> {
  yield format === 'csv' ? `${columns.map(csvCell).join(',')}\r\n` : '[';
  let written = 0;
  for await (const documents of pages(ask, query)) {
    const piece = documents.map((document) => {
      if (format === 'csv') return `${columns.map((column) => csvCell(at(document, column))).join(',')}\r\n`;
      return `${written++ === 0 ? '' : ','}\n${JSON.stringify(document)}`;
    });
    yield piece.join('');
  }
  if (format === 'json') yield '\n]\n';
}

async function* pages(ask: Asker, query: RowsQuery): AsyncGenerator<Json[]> {
  const first = await ask.rows({ ...query, limit: PAGE, offset: 0 });
  if (first.total <= MOST_SORTED) {
    let page = first;
    for (let offset = 0; page.hits.length > 0; ) {
      yield page.hits.map(({ _source }) => _source);
      offset += page.hits.length;
      if (offset >= page.total) return;
      page = await ask.rows({ ...query, limit: PAGE, offset });
    }
    return;
  }
  const sort = [{ field: '_id', direction: 'asc' as const }];
  for (let after: string | undefined; ; ) {
    const filters = after === undefined ? [query.filter] : [query.filter, { type: 'range' as const, field: '_id', gt: after }];
    const page = await ask.rows({ ...query, filter: { type: 'and', filters }, sort, limit: PAGE, offset: 0 });
    yield page.hits.map(({ _source }) => _source);
    after = page.hits.at(-1)?._id;
    if (after === undefined || page.hits.length < PAGE) return;
  }
}

/**
 * What a spreadsheet would take for a formula: one of these signs, also as wide characters, after whatever it passes over; a tab or the end of a line at
 * the beginning, which it may cut off or read as the end of the cell. A number is none.
 */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** One cell (RFC 4180). Text from outside that a spreadsheet would calculate begins with an apostrophe, which keeps it text. */
export function csvCell(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  const listed = Array.isArray(value) && value.every((one) => typeof one !== 'object') ? value.join(', ') : value;
  const raw = typeof listed === 'object' ? JSON.stringify(listed) : String(listed);
  const text = FORMULA.test(raw) && !NUMBER.test(raw) ? `'${raw}` : raw;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
