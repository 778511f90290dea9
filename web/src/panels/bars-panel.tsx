import { compilePanel, GROUP, VALUE } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { fieldLabel } from '../../../dashboards/field-label.ts';
import { shownValue } from '../accounts.ts';
import { useAggregate } from '../ask.ts';
import { condition, rowsOf } from '../drill.ts';
import { format } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { isChosen, toggleChip } from '../state.ts';
import { Empty } from './empty.tsx';
import { PanelFrame } from './panel-frame.tsx';

/** The largest groups as bars; a click narrows everything to the group, one on its number leads to its rows. */
export function BarsPanel({ panel }: { panel: PanelOf<'bars'> }) {
  const asked = useAggregate(compilePanel(panel, choiceFor(panel.view)));
  const rows = asked.result?.rows ?? [];
  const largest = Math.max(...rows.map((row) => Math.abs(Number(row[VALUE]))), 0);
  return (
    <PanelFrame
      title={panel.title}
      note={panel.note}
      width={panel.width}
      kind="bars"
      asked={asked}
      rows={asked.result === undefined ? panel.size : rows.length}
    >
      {rows.length === 0 && asked.result !== undefined ? <Empty view={panel.view} /> : null}
      <ol class="bar-list">
        {rows.map((row) => {
          const name = String(row[GROUP]);
          const shown = shownValue(panel.by, name);
          const value = Number(row[VALUE]);
          const share = largest === 0 ? 0 : (Math.abs(value) / largest) * 100;
          return (
            <li key={name}>
              <div class="bar" data-chosen={isChosen(panel.by, name)}>
                <button
                  type="button"
                  class="bar-name"
                  aria-pressed={isChosen(panel.by, name)}
                  title={`${fieldLabel(panel.by)}: ${shown === name ? name : `${shown} (${name})`}`}
                  onClick={() => toggleChip(panel.by, name)}
                >
                  {shown}
                </button>
                <a
                  class="bar-value"
                  href={rowsOf(panel, condition(panel.by, name))}
                  aria-label={`Rows of ${shown}: ${format(row[VALUE], panel.format)}`}
                >
                  {format(row[VALUE], panel.format)}
                </a>
                <span class="bar-track">
                  <span class={value < 0 ? 'bar-fill negative' : 'bar-fill'} style={{ width: `${share}%` }} />
                </span>
              </div>
            </li>
          );
        })}
      </ol>
    </PanelFrame>
  );
}
