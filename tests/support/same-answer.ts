import assert from 'node:assert/strict';
import type { Answer } from '../../core/query.ts';

/** The largest accepted relative difference between a sum of doubles and the exact sum. */
const RELATIVE = 1e-9;

type Value = string | number | boolean | null | undefined;

/** Compares terms, counts, order and documents exactly, and sums as numbers; `decimals` names the metrics that are exact text on one side. */
export function assertSameAnswer(actual: Answer, expected: Answer, decimals: ReadonlySet<string>, question: string): void {
  if (actual.type === 'rows' || expected.type === 'rows') {
    assert.deepEqual(actual, expected, question);
    return;
  }
  assert.equal(actual.rows.length, expected.rows.length, `${question}\n${JSON.stringify([actual.rows, expected.rows], null, 1)}`);
  for (const [index, row] of actual.rows.entries()) {
    const other: Record<string, Value> = expected.rows[index] ?? {};
    assert.deepEqual(Object.keys(row).sort(), Object.keys(other).sort(), question);
    for (const [name, value] of Object.entries(row)) {
      if (!isSame(value, other[name], decimals.has(name))) {
        assert.fail(`${question}\nrow ${index}: ${JSON.stringify(row)} instead of ${JSON.stringify(other)}`);
      }
    }
  }
}

function isSame(a: Value, b: Value, decimal: boolean): boolean {
  if (a === b) return true;
  const numbers = decimal ? typeof a === 'string' && typeof b === 'string' : typeof a === 'number' && typeof b === 'number';
  if (!numbers) return false;
  const [one, other] = [Number(a), Number(b)];
  // DECIMAL(38,18) has no smaller digits.
  return Math.abs(one - other) <= Math.max(1e-18, RELATIVE * Math.max(Math.abs(one), Math.abs(other)));
}
