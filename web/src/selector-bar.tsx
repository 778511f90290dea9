import { useState } from 'preact/hooks';
import type { IndexView } from '../../core/query.ts';
import { compileChoices, GROUP, VALUE } from '../../dashboards/compile-panel.ts';
import type { Dashboard } from '../../dashboards/dashboard.ts';
import { useAggregate } from './ask.ts';
import { format } from './format.ts';
import { choiceFor } from './narrow.ts';
import { chips, toggleChip } from './state.ts';

/** The fields that a dashboard is narrowed by, and what is chosen. */
export function SelectorBar({ dashboard }: { dashboard: Dashboard }) {
  const { selector } = dashboard;
  return (
    <section class="selectors" aria-label={selector.title}>
      {selector.fields.map(({ field, label }) => (
        <Selector key={field} view={selector.view} field={field} label={label} />
      ))}
      {chips.value.map(({ field, value, not }) => (
        <button
          key={`${field}:${value}`}
          type="button"
          class="chip"
          onClick={() => toggleChip(field, value, not)}
          title={`Remove ${field}: ${value}`}
        >
          <span class="chip-field">{field.split('.').slice(-2).join('.')}</span> {not ? 'is not ' : ''}
          {value} <span aria-hidden="true">×</span>
        </button>
      ))}
      {chips.value.length > 1 ? (
        <button
          type="button"
          class="plain"
          onClick={() => {
            chips.value = [];
          }}
        >
          Clear all
        </button>
      ) : null}
    </section>
  );
}

function Selector({ view, field, label }: { view: IndexView; field: string; label: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="selector" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label}</summary>
      {open ? <Choices view={view} field={field} label={label} onClose={() => setOpen(false)} /> : null}
    </details>
  );
}

const OFFERED = 200;

/** Asked only when opened. The field's own choice is left out of the question, so that a second value can be added. */
function Choices({ view, field, label, onClose }: { view: IndexView; field: string; label: string; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const asked = useAggregate(compileChoices(view, field, choiceFor(view, field), OFFERED));
  const rows = (asked.result?.rows ?? []).filter((row) => String(row[GROUP]).toLowerCase().includes(typed.toLowerCase()));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes what is focused within
    <div
      class="choices"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <input
        type="search"
        placeholder={`Find ${label.toLowerCase()}`}
        aria-label={`Find ${label}`}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <ul>
        {rows.map((row) => {
          const value = String(row[GROUP]);
          return (
            <li key={value}>
              <label>
                <input
                  type="checkbox"
                  checked={chips.value.some((chip) => chip.field === field && chip.value === value && !chip.not)}
                  onChange={() => toggleChip(field, value)}
                />
                <span>{value}</span>
                <span class="count">{format(row[VALUE], 'number')}</span>
              </label>
            </li>
          );
        })}
      </ul>
      {rows.length === 0 && !asked.waiting ? <p class="panel-empty">No value.</p> : null}
    </div>
  );
}
