import { useState } from 'preact/hooks';
import { RANGES } from '../../dashboards/time-ranges.ts';
import { compare, type Days, days, range, time } from './state.ts';

const CUSTOM = 'custom';

/** The menu for the time range: a length of time up to now, or a range of days. */
export function TimeRange() {
  const chosen = days.value;
  return (
    <div class="time-range">
      {chosen === null && range.value === 'all' ? null : (
        <label
          class="check"
          title="Numbers show the change since the period before, and charts show that period as a dashed line"
        >
          <input
            type="checkbox"
            checked={compare.value}
            onChange={() => {
              compare.value = !compare.value;
            }}
          />{' '}
          Period before
        </label>
      )}
      {chosen === null ? null : <OwnDays key={`${chosen.first}${chosen.last}`} chosen={chosen} />}
      <label>
        <span class="hidden">Time range</span>
        <select
          value={chosen === null ? range.value : CUSTOM}
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value === CUSTOM) {
              const last = time.value.to.slice(0, 10);
              const first = range.value === 'all' ? last : time.value.from.slice(0, 10);
              days.value = { first, last };
              return;
            }
            range.value = RANGES.find(({ id }) => id === value)?.id ?? range.value;
            days.value = null;
          }}
        >
          {RANGES.map(({ id, label }) => (
            <option key={id} value={id}>
              {id === 'all' ? label : `Last ${label}`}
            </option>
          ))}
          <option value={CUSTOM}>Custom days</option>
        </select>
      </label>
    </div>
  );
}

function OwnDays({ chosen }: { chosen: Days }) {
  const [typed, setTyped] = useState(chosen);
  const { first, last } = typed;
  const type = (next: Days) => {
    setTyped(next);
    // A date that is still being typed is not valid yet; the page keeps its range until it is.
    if (next.first !== '' && next.last !== '' && next.first <= next.last) days.value = next;
  };
  return (
    <span class="days" title="Days in UTC, both included">
      <DayInput label="First day" backwards={first > last} value={first} onType={(value) => type({ first: value, last })} />
      <span aria-hidden="true">–</span>
      <DayInput label="Last day" backwards={first > last} value={last} onType={(value) => type({ first, last: value })} />
    </span>
  );
}

interface DayInputProps {
  readonly label: string;
  readonly value: string;
  readonly backwards: boolean;
  readonly onType: (value: string) => void;
}

function DayInput({ label, value, backwards, onType }: DayInputProps) {
  return (
    <input
      type="date"
      aria-label={label}
      aria-invalid={backwards}
      value={value}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}
