import { useEffect, useState } from 'preact/hooks';
import type { Json } from '../../../core/json.ts';
import { compileTable } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { shownValue } from '../accounts.ts';
import { useRows } from '../ask.ts';
import { format, isNumeric } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { toggleChip } from '../state.ts';
import { tone } from '../tone.ts';
import { Empty } from './empty.tsx';
import { Pager } from './pager.tsx';
import { PanelFrame } from './panel-frame.tsx';

const PAGE = 10;

/** Rows, a page at a time, sorted by the column that is clicked; a click on a value narrows everything to it. */
export function TablePanel({ panel }: { panel: PanelOf<'table'> }) {
  const [sort, setSort] = useState(panel.sort);
  const [wanted, setWanted] = useState(0);
  const choice = choiceFor(panel.view);
  const asked = useRows(compileTable(panel, choice, { limit: PAGE, offset: wanted * PAGE, sort }));
  const total = asked.result?.total ?? 0;
  const pages = Math.max(1, Math.ceil(total / PAGE));
  const chosen = JSON.stringify(choice.filter);
  // Another choice begins at its first page.
  useEffect(() => setWanted(0), [chosen]);
  if (asked.result !== undefined && wanted >= pages) setWanted(pages - 1);

  const sortBy = (field: string) => {
    setWanted(0);
    setSort((before) => ({ field, direction: before.field === field && before.direction === 'asc' ? 'desc' : 'asc' }));
  };

  return (
    <PanelFrame
      title={panel.title}
      note={panel.note}
      width={panel.width}
      kind="table"
      asked={asked}
      // The last page is as high as the others.
      rows={asked.result === undefined || total >= PAGE ? PAGE : Math.max(1, total)}
      aside={<Pager title={panel.title} rows={total} page={wanted} pages={pages} onPage={setWanted} />}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard */}
      <section class="table-scroll" tabIndex={0} aria-label={`${panel.title}, rows`}>
        <table>
          <thead>
            <tr>
              {panel.columns.map(({ field, label, format: as }) => (
                <th
                  key={field}
                  scope="col"
                  class={isNumeric(as) ? 'right' : ''}
                  aria-sort={sort.field !== field ? 'none' : sort.direction === 'asc' ? 'ascending' : 'descending'}
                >
                  <button type="button" onClick={() => sortBy(field)}>
                    {label}
                    <span class="sort-mark" aria-hidden="true">
                      {sort.field === field ? (sort.direction === 'asc' ? '↑' : '↓') : ''}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(asked.result?.hits ?? []).map((hit) => (
              <tr key={`${hit._index}/${hit._id}`}>
                {panel.columns.map(({ field, format: as }) => (
                  <Cell key={field} field={field} value={valueAt(hit._source, field)} as={as} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {total === 0 && asked.result !== undefined ? <Empty view={panel.view} /> : null}
      </section>
    </PanelFrame>
  );
}

function Cell({
  field,
  value,
  as,
}: {
  field: string;
  value: Json | undefined;
  as: PanelOf<'table'>['columns'][number]['format'];
}) {
  const text = format(value, as);
  if (as === 'state' && typeof value === 'string') {
    return (
      <td>
        <button type="button" class={`state ${tone(text)}`} onClick={() => toggleChip(field, value)}>
          {text}
        </button>
      </td>
    );
  }
  if (as === 'text' && typeof value === 'string') {
    return (
      <td title={text}>
        <button type="button" class="value" onClick={() => toggleChip(field, value)}>
          {shownValue(field, value)}
        </button>
      </td>
    );
  }
  return (
    <td class={`${isNumeric(as) ? 'right' : ''} ${text === '–' ? 'muted' : ''}`} title={text}>
      {text}
    </td>
  );
}

/** A value by its dotted path. */
function valueAt(source: Json, path: string): Json | undefined {
  let value: Json | undefined = source;
  for (const key of path.split('.')) {
    if (value === null || value === undefined || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = value[key];
  }
  return value;
}
