import { constant, numbersAt } from '../record-memory.ts';
import { EXTRA_COLUMNS } from './extra-fields.ts';
import { isPresent } from './line-slots.ts';

/** Which fields of an order of fields are in quotes, a bit each. */
export interface LineQuoting {
  readonly quoted: number;
  /** The fields that are compared. */
  readonly compared: number;
}

/** The quotes of so many fields are compared: those behind them say nothing more of where the fields of clients end. */
const COMPARED_FIELDS = 29;

const found = numbersAt(constant('QUOTED'), 1);

/**
 * The quoting of an order of fields. Those before the first quoted field are not compared, since nothing can have moved them; and those that AWS adds later,
 * since it may quote them.
 */
export function lineQuoting(columns: readonly string[], quotedFields: readonly string[]): LineQuoting {
  let quoted = 0;
  let compared = 0;
  for (const [index, column] of columns.slice(0, COMPARED_FIELDS).entries()) {
    if (quotedFields.includes(column)) quoted |= 1 << index;
    if (quoted !== 0 && !EXTRA_COLUMNS.includes(column)) compared |= 1 << index;
  }
  return { quoted, compared };
}

/** The first field of the line that has quotes and should not have any, or the other way round; -1 for none. An empty field has no quotes. */
export function quotedAmiss({ quoted, compared }: LineQuoting, count: number): number {
  const inLine = count < COMPARED_FIELDS ? (1 << count) - 1 : -1;
  const amiss = (quoted ^ (found[0] as number)) & compared & inLine;
  if (amiss === 0) return -1;
  for (let index = 0; index < COMPARED_FIELDS; index++) {
    const bit = 1 << index;
    if ((amiss & bit) !== 0 && ((quoted & bit) === 0 || isPresent(index))) return index;
  }
  return -1;
}

/** The quoted field that a field with the wrong quotes follows, since that one did not end where it should. */
export function quotedBefore({ quoted }: LineQuoting, index: number): number {
  let before = index;
  while (before > 0 && (quoted & (1 << before)) === 0) before--;
  return before;
}
