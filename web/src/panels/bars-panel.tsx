import { compilePanel, GROUP, VALUE } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { useAggregate } from '../ask.ts';
import { format } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { chips, toggleChip } from '../state.ts';
import { Empty, PanelFrame } from './panel-frame.tsx';

/** The largest groups as bars; a click narrows everything to the group. */
export function BarsPanel({ panel }: { panel: PanelOf<'bars'> }) {
  const asked = useAggregate(compilePanel(panel, choiceFor(panel.view)));
  const rows = asked.result?.rows ?? [];
  const largest = Math.max(...rows.map((row) => Math.abs(Number(row[VALUE]))), 0);
  return (
    <PanelFrame title={panel.title} width={panel.width} kind="bars" asked={asked}>
      {rows.length === 0 && !asked.waiting ? <Empty /> : null}
      <ol class="bar-list">
        {rows.map((row) => {
          const name = String(row[GROUP]);
          const value = Number(row[VALUE]);
          const chosen = chips.value.some((chip) => chip.field === panel.by && chip.value === name);
          const share = largest === 0 ? 0 : (Math.abs(value) / largest) * 100;
          return (
            <li key={name}>
              <button
                type="button"
                class="bar"
                aria-pressed={chosen}
                title={`${panel.by}: ${name}`}
                onClick={() => toggleChip(panel.by, name)}
              >
                <span class="bar-name">{name}</span>
                <span class="bar-value">{format(row[VALUE], panel.format)}</span>
                <span class={value < 0 ? 'bar-fill negative' : 'bar-fill'} style={{ width: `${share}%` }} />
              </button>
            </li>
          );
        })}
      </ol>
    </PanelFrame>
  );
}
