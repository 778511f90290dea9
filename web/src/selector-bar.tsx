import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { IndexView } from '../../core/query.ts';
import { compileChoices, GROUP, VALUE } from '../../dashboards/compile-panel.ts';
import type { Dashboard } from '../../dashboards/dashboard.ts';
import { fieldLabel } from '../../dashboards/field-label.ts';
import { shownValue, unitAccounts } from './accounts.ts';
import { useAggregate } from './ask.ts';
import { format } from './format.ts';
import { choiceFor } from './narrow.ts';
import { chips, isChosen, search, toggleChip } from './state.ts';

/** The fields that narrow a dashboard, and the chosen values. */
export function SelectorBar({ dashboard }: { dashboard: Dashboard }) {
  const { selector } = dashboard;
  return (
    <section class="selectors" aria-label={selector.title}>
      {selector.fields.map(({ field, label, as }) =>
        as === 'range' ? (
          <RangeSelector key={field} field={field} label={label} />
        ) : as === 'unit' ? (
          unitAccounts.value.size === 0 ? null : (
            <Selector key={field} label={label}>
              {(close) => <Units field={field} label={label} onClose={close} />}
            </Selector>
          )
        ) : (
          <Selector key={field} label={label}>
            {(close) => <Values view={selector.view} field={field} label={label} onClose={close} />}
          </Selector>
        ),
      )}
      <ChipList />
    </section>
  );
}

/** The chosen values alone, on pages without selectors. */
export function Chips() {
  return (
    <section class="selectors" aria-label="Filters">
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

function Selector({ label, children }: { label: string; children: (close: () => void) => VNode }) {
  const [open, setOpen] = useState(false);
  const detailsElement = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (!open) return;
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && detailsElement.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, [open]);
  const close = () => {
    setOpen(false);
    detailsElement.current?.querySelector('summary')?.focus();
  };
  return (
    <details ref={detailsElement} class="selector" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label}</summary>
      {open ? children(close) : null}
    </details>
  );
}

/** Two inputs for a range of numbers. The range becomes a condition of the search text, where the reader can see, change and share it. */
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

interface Offer {
  readonly field: string;
  readonly label: string;
  readonly onClose: () => void;
}

/** The values of a field, asked for when the menu opens. The field's own choice is left out of the question, so that the reader can add a second value. */
function Values({ view, ...offer }: Offer & { view: IndexView }) {
  const asked = useAggregate(compileChoices(view, offer.field, choiceFor(view, offer.field), OFFERED));
  const counts = (asked.result?.rows ?? []).map((row): [string, number] => [String(row[GROUP]), Number(row[VALUE])]);
  return <Choices {...offer} counts={counts} waiting={asked.waiting} />;
}

/** Every unit with the number of accounts under it. */
function Units(offer: Offer) {
  const counts = [...unitAccounts.value].map(([unit, accounts]): [string, number] => [unit, accounts.length]);
  return <Choices {...offer} counts={counts} waiting={false} />;
}

/** A searchable list of values with their counts. */
function Choices({
  field,
  label,
  onClose,
  counts,
  waiting,
}: Offer & { counts: readonly (readonly [value: string, count: number])[]; waiting: boolean }) {
  const [typed, setTyped] = useState('');
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const wanted = typed.trim().toLowerCase();
  const found = counts.filter(([value]) => `${value} ${shownValue(field, value)}`.toLowerCase().includes(wanted));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the menu that has the focus
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
        {found.map(([value, count]) => (
          <li key={value}>
            <label title={value}>
              <input type="checkbox" checked={isChosen(field, value)} onChange={() => toggleChip(field, value)} />
              <span>{shownValue(field, value)}</span>
              <span class="count">{format(count, 'number')}</span>
            </label>
          </li>
        ))}
      </ul>
      {found.length === 0 && !waiting ? <p class="panel-empty">No matches.</p> : null}
    </div>
  );
}
