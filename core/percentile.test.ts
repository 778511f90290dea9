import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankOf } from './percentile.ts';

// What floating point makes of these: 7 % of 100 is 7.000000000000001.
const RANKS = [
  { percent: 50, values: 1, rank: 1 },
  { percent: 50, values: 2, rank: 1 },
  { percent: 50, values: 3, rank: 2 },
  { percent: 7, values: 100, rank: 7 },
  { percent: 95, values: 20, rank: 19 },
  { percent: 99.9, values: 1_000, rank: 999 },
  { percent: 99.9, values: 1_001, rank: 1_000 },
  { percent: 0.001, values: 5, rank: 1 },
  { percent: 100, values: 5, rank: 5 },
];

for (const { percent, values, rank } of RANKS) {
  test(`the percentile ${percent} of ${values} values has rank ${rank}`, () => {
    assert.equal(rankOf(percent, values), rank);
  });
}
