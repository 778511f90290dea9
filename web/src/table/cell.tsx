import type { Json } from '../../../core/json.ts';
import { tone } from '../../../dashboards/tone.ts';
import { shownValue } from '../accounts.ts';
import { format, isNumeric } from '../format.ts';
import { beginning } from '../shown-text.tsx';
import { toggleChip } from '../state.ts';
import type { Column } from './columns.ts';

interface CellProps {
  readonly column: Column;
  readonly value: Json | undefined;
  /** The address of the row's page, for the cell that names the row. */
  readonly href?: string | undefined;
}

/** A value; a click narrows the page to it. The arrow keys reach the buttons, so that Tab passes a table in one step. */
export function Cell({ column: { field, format: as }, value, href }: CellProps) {
  const text = beginning(
    typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : format(value, as),
  );
  if (href !== undefined) {
    return (
      <td title={text}>
        <a class="row-link" href={href} tabIndex={-1}>
          {text === '–' ? 'Open' : typeof value === 'string' ? beginning(shownValue(field, format(value, as))) : text}
        </a>
      </td>
    );
  }
  if (as === 'state' && typeof value === 'string') {
    return (
      <td>
        <button type="button" tabIndex={-1} class={`state ${tone(text)}`} onClick={() => toggleChip(field, value)}>
          {text}
        </button>
      </td>
    );
  }
  if (as === 'text' && typeof value === 'string') {
    return (
      <td title={text}>
        <button type="button" tabIndex={-1} class="value" onClick={() => toggleChip(field, value)}>
          {beginning(shownValue(field, value))}
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
