import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, monthBefore, periodBefore, reachesBack } from './period-before.ts';

test('the previous period is as long as this one and ends where it begins', () => {
  assert.deepEqual(periodBefore({ from: '2026-11-08T00:00:00.000Z', to: '2026-11-15T00:00:00.000Z' }), {
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-11-08T00:00:00.000Z',
  });
});

test('a month so far is compared with an equally long part of the previous month, and at most with all of it', () => {
  assert.deepEqual(monthBefore({ from: '2026-10-01T00:00:00.000Z', to: '2026-11-21T06:00:00.000Z' }), {
    from: '2026-10-01T00:00:00.000Z',
    to: '2026-10-21T06:00:00.000Z',
  });
  assert.equal(monthBefore({ from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' }).to, '2026-03-01T00:00:00.000Z');
});

test('a change is relative to the previous value', () => {
  assert.equal(change(112, 100), '+12%');
  assert.equal(change(99.5, 100), '-0.5%');
  assert.equal(change(100, 100), '0%');
  assert.equal(change(2_400, 100), '×24');
  assert.equal(change(5, 0), undefined);
});

test('a previous period that has data for only a part of it is not compared with', () => {
  const september = { from: '2026-09-01T00:00:00.000Z', to: '2026-10-01T00:00:00.000Z' };
  assert.equal(reachesBack(september, '2026-09-01T07:00:00.000Z'), true);
  assert.equal(reachesBack(september, '2026-09-20T00:00:00.000Z'), false);
  assert.equal(reachesBack(september, null), false);
});
