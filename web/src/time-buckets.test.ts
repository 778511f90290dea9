import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketName, shortBucketName, timeBuckets } from './time-buckets.ts';

const day = (text: string) => `${text}T00:00:00.000Z`;

test('buckets without documents are shown too', () => {
  assert.deepEqual(timeBuckets([day('2026-03-01'), day('2026-02-27')], 'day'), [
    day('2026-02-27'),
    day('2026-02-28'),
    day('2026-03-01'),
  ]);
  assert.deepEqual(timeBuckets([day('2026-01-01'), day('2025-11-01')], 'month'), [
    day('2025-11-01'),
    day('2025-12-01'),
    day('2026-01-01'),
  ]);
});

test('a time range is shown from its first to its last bucket, and its end is not in it', () => {
  const range = { from: '2026-11-18T09:30:00.000Z', to: '2026-11-20T00:00:00.000Z' };
  assert.deepEqual(timeBuckets([day('2026-11-19')], 'day', range), [day('2026-11-18'), day('2026-11-19')]);
});

test('for all time only the buckets from the first to the last one with data are shown, and without data none', () => {
  const range = { from: '1986-01-01T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z' };
  assert.deepEqual(timeBuckets([day('2026-11-19')], 'day', range), [day('2026-11-19')]);
  assert.deepEqual(timeBuckets([], 'day', range), []);
});

test('names are in UTC, and midnight is named by its day', () => {
  assert.equal(bucketName(day('2026-11-15'), 'day'), 'Sun, 15 Nov 2026');
  assert.equal(shortBucketName('2026-11-15T23:00:00.000Z', 'hour'), '23:00');
  assert.equal(shortBucketName(day('2026-11-15'), 'hour'), '15 Nov');
});
