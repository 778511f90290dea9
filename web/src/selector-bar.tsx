import { useEffect, useRef, useState } from 'preact/hooks';
import type { IndexView } from '../../core/query.ts';
import { compileChoices, GROUP, VALUE } from '../../dashboards/compile-panel.ts';
import type { Dashboard } from '../../dashboards/dashboard.ts';
import { shownValue } from './accounts.ts';
import { useAggregate } from './ask.ts';
import { fieldLabel } from './field-label.ts';
import { format } from './format.ts';
import { choiceFor } from './narrow.ts';
import { chips, isChosen, search, toggleChip } from './state.ts';

/** The fields that a dashboard is narrowed by, and what is chosen. */
export function SelectorBar({ dashboard }: { dashboard: Dashboard }) {
  const { selector } = dashboard;
  return (
    <section class="selectors" aria-label={selector.title}>
      {selector.fields.map(({ field, label, as }) =>
        as === 'range' ? (
          <RangeSelector key={field} field={field} label={label} />
        ) : (
          <Selector key={field} view={selector.view} field={field} label={label} />
        ),
      )}
      <ChipList />
    </section>
  );
}

/** What is chosen, where nothing is offered. */
export function Chips() {
  return (
    <section class="selectors" aria-label="Chosen">
      <ChipList />
    </section>
  );
}

function ChipList() {
  return (
    <>
      {chips.value.map(({ field, value, not }) => (
        <span key={`${field}:${value}`} class={not ? 'chip-box not' : 'chip-box'}>
          <button
            type="button"
            class="chip-sense"
            onClick={() => toggleChip(field, value, !not)}
            title={not ? 'Show only these instead' : 'Show all but these instead'}
          >
            {fieldLabel(field)} {not ? 'is not' : 'is'}
          </button>
          <button
            type="button"
            class="chip"
            onClick={() => toggleChip(field, value, not)}
            aria-label={`Remove ${fieldLabel(field)} ${shownValue(field, value)}`}
          >
            <span class="chip-value">{shownValue(field, value)}</span> <span aria-hidden="true">×</span>
          </button>
        </span>
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
    </>
  );
}

function Selector({ view, field, label }: { view: IndexView; field: string; label: string }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (!open) return;
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && place.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, [open]);
  const close = () => {
    setOpen(false);
    place.current?.querySelector('summary')?.focus();
  };
  return (
    <details ref={place} class="selector" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label}</summary>
      {open ? <Choices view={view} field={field} label={label} onClose={close} /> : null}
    </details>
  );
}

/** From a number, to a number; it becomes a condition of the search, where it can be seen, changed and sent to others. */
function RangeSelector({ field, label }: { field: string; label: string }) {
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const apply = (event: Event) => {
    event.preventDefault();
    const [low, high] = [from.current?.value || '*', to.current?.value || '*'];
    const others = search.value
      .replace(new RegExp(`( AND )?${field.replaceAll('.', '\\.')}:\\[[^\\]]*\\]`), '')
      .replace(/^ AND /, '');
    const condition = low === '*' && high === '*' ? '' : `${field}:[${low} TO ${high}]`;
    search.value = [others, condition].filter((part) => part !== '').join(' AND ');
  };
  return (
    <details class="selector">
      <summary>{label}</summary>
      <form class="choices" onSubmit={apply}>
        <label>
          From <input ref={from} type="number" min="0" />
        </label>
        <label>
          To <input ref={to} type="number" min="0" />
        </label>
        <button type="submit">Apply</button>
      </form>
    </details>
  );
}

const OFFERED = 200;

/** Asked only when opened. The field's own choice is left out of the question, so that a second value can be added. */
function Choices({ view, field, label, onClose }: { view: IndexView; field: string; label: string; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const asked = useAggregate(compileChoices(view, field, choiceFor(view, field), OFFERED));
  const wanted = typed.trim().toLowerCase();
  const rows = (asked.result?.rows ?? []).filter((row) => {
    const value = String(row[GROUP]);
    return `${value} ${shownValue(field, value)}`.toLowerCase().includes(wanted);
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes what is focused within
    <div
      class="choices"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <input
        ref={box}
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
              <label title={value}>
                <input type="checkbox" checked={isChosen(field, value)} onChange={() => toggleChip(field, value)} />
                <span>{shownValue(field, value)}</span>
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
