import { useState } from 'preact/hooks';
import type { Json } from '../../../core/json.ts';
import { compileTable } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { useRows } from '../ask.ts';
import { format, isNumeric } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { toggleChip } from '../state.ts';
import { Empty, PanelFrame } from './panel-frame.tsx';

const PAGE = 12;

/** Rows, a page at a time, sorted by the column that is clicked; a click on a value narrows everything to it. */
export function TablePanel({ panel }: { panel: PanelOf<'table'> }) {
  const [sort, setSort] = useState(panel.sort);
  const [wanted, setWanted] = useState(0);
  const asked = useRows(compileTable(panel, choiceFor(panel.view), { limit: PAGE, offset: wanted * PAGE, sort }));
  const total = asked.result?.total ?? 0;
  const pages = Math.max(1, Math.ceil(total / PAGE));
  if (asked.result !== undefined && wanted >= pages) setWanted(pages - 1);

  const sortBy = (field: string) => {
    setWanted(0);
    setSort((before) => ({ field, direction: before.field === field && before.direction === 'asc' ? 'desc' : 'asc' }));
  };
  const pager = (
    <nav class="pager" aria-label={`Pages of ${panel.title}`}>
      <span>{format(total, 'number')} rows</span>
      <button type="button" onClick={() => setWanted(wanted - 1)} disabled={wanted === 0} aria-label="Previous page">
        ‹
      </button>
      <span>
        {format(wanted + 1, 'number')} / {format(pages, 'number')}
      </span>
      <button type="button" onClick={() => setWanted(wanted + 1)} disabled={wanted + 1 >= pages} aria-label="Next page">
        ›
      </button>
    </nav>
  );

  return (
    <PanelFrame title={panel.title} width={panel.width} kind="table" asked={asked} aside={pager}>
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
      </section>
      {total === 0 && !asked.waiting ? <Empty /> : null}
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
  if (as === 'state') {
    return (
      <td>
        <button type="button" class={`state ${tone(text)}`} onClick={() => toggleChip(field, text)}>
          {text}
        </button>
      </td>
    );
  }
  const choosable = as === 'text' && typeof value === 'string';
  return (
    <td class={isNumeric(as) ? 'right' : ''} title={text}>
      {choosable ? (
        <button type="button" class="value" onClick={() => toggleChip(field, value)}>
          {text}
        </button>
      ) : (
        text
      )}
    </td>
  );
}

function tone(state: string): string {
  if (/^(running|available|ok|success|active)$/i.test(state)) return 'good';
  if (/^(alarm|failure|failed|error)$/i.test(state)) return 'bad';
  return 'calm';
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
