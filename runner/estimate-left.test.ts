import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateLeft } from './estimate-left.ts';

test('there is no estimate before a job has ended, and no time is left at the end', () => {
  const left = estimateLeft(0);
  assert.equal(left.leftMs(100, 0, 10), undefined);
  assert.equal(left.leftMs(60_000, 0, 10), undefined);
  assert.equal(left.leftMs(60_000, 1, 4), 180_000);
  assert.equal(left.leftMs(70_000, 10, 10), 0);
});

test('the estimate goes by the latest rate, not by the first one', () => {
  const left = estimateLeft(0);
  // Ten minutes at ten jobs a second, known from before; then one a second.
  let done = 0;
  for (let second = 1; second <= 600; second++) {
    done += 10;
    left.leftMs(second * 1000, done, 20_000);
  }
  for (let second = 601; second <= 1_200; second++) left.leftMs(second * 1000, ++done, 20_000);
  assert.equal(left.leftMs(1_200_000, done, done + 100), 100_000);
});
