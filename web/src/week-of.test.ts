import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUCKET, VALUE } from '../../dashboards/compile-panel.ts';
import { weekOf } from './week-of.ts';

test('hours of the same weekday are added up, and a week begins with Monday in UTC', () => {
  const week = weekOf([
    { [BUCKET]: '2026-11-22T23:00:00.000Z', [VALUE]: 5 },
    { [BUCKET]: '2026-11-23T00:00:00.000Z', [VALUE]: 1 },
    { [BUCKET]: '2026-11-30T00:00:00.000Z', [VALUE]: 2 },
  ]);
  assert.deepEqual([week.length, ...week.map((day) => day.length)], [7, 24, 24, 24, 24, 24, 24, 24]);
  assert.equal(week[0]?.[0], 3, 'two Mondays');
  assert.equal(week[6]?.[23], 5, 'Sunday');
  assert.equal(
    week.flat().reduce((sum, value) => sum + value),
    8,
  );
});
