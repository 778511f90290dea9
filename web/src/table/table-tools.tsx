import { useState } from 'preact/hooks';
import type { RowsQuery } from '../../../core/query.ts';
import { format } from '../format.ts';
import { Menu } from '../menu.tsx';
import { type Column, columnOf } from './columns.ts';
import { copyText } from './copy-text.ts';
import { asLine } from './data-table.tsx';
import type { RowPages } from './row-pages.ts';
import { pathsOf, valueAt } from './value-at.ts';

/** The most rows that are copied; more than that is exported as a file. */
const COPIED = 1_000;

interface TableToolsProps {
  readonly title: string;
  readonly query: Omit<RowsQuery, 'limit' | 'offset'>;
  readonly rows: RowPages;
  readonly columns: readonly Column[];
  readonly onColumns: (fields: readonly string[] | undefined) => void;
  /** The address of the page with all rows; absent on that page itself. */
  readonly all?: string;
}

/** The number of rows, and the actions on all of them: copy, export, columns. */
export function TableTools({ title, query, rows, columns, onColumns, all }: TableToolsProps) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    const hits = await rows.head(COPIED);
    const lines = [columns.map(({ label }) => label).join('\t'), ...hits.map((hit) => asLine(hit, columns))];
    await copyText(lines.join('\n'));
    setSaid(hits.length < rows.total ? `The first ${format(hits.length, 'number')} copied` : 'Copied');
    setTimeout(() => setSaid(''), 3_000);
  };
  const file = (as: 'csv' | 'json'): string => {
    const parameters = new URLSearchParams({ format: as, query: JSON.stringify({ ...query, limit: 0, offset: 0 }) });
    for (const { field } of columns) parameters.append('column', field);
    return `/api/export?${parameters}`;
  };
  const count = rows.total === 1 ? '1 row' : `${format(rows.total, 'number')} rows`;
  return (
    <div class="table-tools">
      {all === undefined ? <span>{count}</span> : <a href={all}>{count}</a>}
      <span class="said" role="status">
        {said}
      </span>
      <Menu label={`Columns of ${title}`} sign={<span>Columns</span>}>
        <ColumnChoice columns={columns} rows={rows} onColumns={onColumns} />
      </Menu>
      <Menu label={`Export rows of ${title}`} sign={<span>Export</span>}>
        <ul class="menu-list">
          <li>
            <button type="button" onClick={copy}>
              Copy {rows.total > COPIED ? `the first ${format(COPIED, 'number')}` : 'all'}
            </button>
          </li>
          <li>
            <a href={file('csv')} download>
              CSV, these columns
            </a>
          </li>
          <li>
            <a href={file('json')} download>
              JSON, whole documents
            </a>
          </li>
        </ul>
      </Menu>
    </div>
  );
}

interface ColumnChoiceProps {
  readonly columns: readonly Column[];
  readonly rows: RowPages;
  readonly onColumns: (fields: readonly string[] | undefined) => void;
}

const OFFERED = 200;
const EXAMPLES = 50;

/** The menu of columns: the shown ones in their order, and every other field that the rows have. */
function ColumnChoice({ columns, rows, onColumns }: ColumnChoiceProps) {
  const [typed, setTyped] = useState('');
  const shown = columns.map(({ field }) => field);
  const examples = Array.from({ length: Math.min(EXAMPLES, rows.total) }, (_, index) => rows.row(index)?._source ?? null);
  const known = [...new Set(examples.flatMap((document) => pathsOf(document)))].sort();
  const others = known.filter((field) => !shown.includes(field)).map((field) => columnOf(field));
  const wanted = typed.trim().toLowerCase();
  const offered = [...columns, ...others]
    .filter(({ field, label }) => `${field} ${label}`.toLowerCase().includes(wanted))
    .slice(0, OFFERED);
  return (
    <>
      <input
        type="search"
        placeholder="Find a field"
        aria-label="Find a field"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <ul class="column-list">
        {offered.map(({ field, label }) => {
          const chosen = shown.includes(field);
          return (
            <li key={field}>
              <label title={field}>
                <input
                  type="checkbox"
                  checked={chosen}
                  disabled={chosen && shown.length === 1}
                  onChange={() => onColumns(chosen ? shown.filter((one) => one !== field) : [...shown, field])}
                />
                <span>{label}</span>
                <span class="count">{examples.some((one) => valueAt(one, field) !== undefined) ? field : ''}</span>
              </label>
            </li>
          );
        })}
      </ul>
      <button type="button" class="plain" onClick={() => onColumns(undefined)}>
        Reset columns
      </button>
    </>
  );
}
