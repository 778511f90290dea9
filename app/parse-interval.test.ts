import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInterval } from './parse-interval.ts';

test('intervals are seconds (five or more), minutes, hours or days that a timer can hold', () => {
  assert.deepEqual(['5s', '90s', '1m', '1h', '24d', 'never'].map(parseInterval), [
    5_000,
    90_000,
    60_000,
    3_600_000,
    2_073_600_000,
    null,
  ]);
  for (const wrong of ['', '0m', '1', '4s', '0s', '-1h', '25d', '1h30m', 'Never'])
    assert.equal(parseInterval(wrong), undefined, wrong);
});
