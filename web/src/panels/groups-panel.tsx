import { compilePanel, groupName, valueName } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { shownValue } from '../accounts.ts';
import { useAggregate } from '../ask.ts';
import { condition, rowsOf } from '../drill.ts';
import { format, isNumeric } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { toggleChip } from '../state.ts';
import { TableScroll } from '../table/table-scroll.tsx';
import { Empty } from './empty.tsx';
import { PanelFrame } from './panel-frame.tsx';

/** The number of visible rows; the rest is reached by scrolling. */
const SEEN = 10;

/** Groups of several keys with their numbers; a click on a key narrows everything to it, one on a number leads to its rows. */
export function GroupsPanel({ panel }: { panel: PanelOf<'groups'> }) {
  const asked = useAggregate(compilePanel(panel, choiceFor(panel.view)));
  const rows = asked.result?.rows ?? [];
  return (
    <PanelFrame
      title={panel.title}
      note={panel.note}
      width={panel.width}
      kind="table groups"
      asked={asked}
      rows={asked.result === undefined ? SEEN : Math.min(SEEN, Math.max(1, rows.length))}
    >
      <TableScroll label={`${panel.title}, rows`} stop>
        <table>
          <thead>
            <tr>
              {panel.keys.map(({ field, label }) => (
                <th key={field} scope="col">
                  {label}
                </th>
              ))}
              {panel.measures.map(({ label, format: as }) => (
                <th key={label} scope="col" class={isNumeric(as) ? 'right' : ''}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const values = panel.keys.map((_, index) => String(row[groupName(index)]));
              const href = rowsOf(panel, ...panel.keys.map(({ field }, index) => condition(field, values[index] as string)));
              return (
                <tr key={values.join('\n')}>
                  {panel.keys.map(({ field }, index) => (
                    <td key={field} title={values[index] as string}>
                      <button type="button" class="value" onClick={() => toggleChip(field, values[index] as string)}>
                        {shownValue(field, values[index] as string)}
                      </button>
                    </td>
                  ))}
                  {panel.measures.map(({ label, format: as, times }, index) => (
                    <td key={label} class={isNumeric(as) ? 'right' : ''}>
                      <a class="bar-value" href={href}>
                        {format(multiplied(row[valueName(index)], times), as)}
                      </a>
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
        {rows.length === 0 && asked.result !== undefined ? <Empty view={panel.view} /> : null}
      </TableScroll>
    </PanelFrame>
  );
}

/** An absent number stays absent. */
const multiplied = (value: unknown, times: number | undefined): unknown =>
  times === undefined || value === null || value === undefined ? value : Number(value) * times;
