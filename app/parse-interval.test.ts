import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInterval } from './parse-interval.ts';

test('intervals are minutes, hours or days that a timer can hold', () => {
  assert.deepEqual(['1m', '30m', '1h', '24d', 'never'].map(parseInterval), [60_000, 1_800_000, 3_600_000, 2_073_600_000, null]);
  for (const wrong of ['', '0m', '1', '1s', '-1h', '25d', '1h30m', 'Never']) assert.equal(parseInterval(wrong), undefined, wrong);
});
