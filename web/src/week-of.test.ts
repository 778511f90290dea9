import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupName, VALUE } from '../../dashboards/compile-panel.ts';
import { weekOf } from './week-of.ts';

test('each number has its place in a week that begins with Monday, and hours without one are 0', () => {
  const week = weekOf([
    { [groupName(0)]: 1, [groupName(1)]: 0, [VALUE]: 3 },
    { [groupName(0)]: 7, [groupName(1)]: 23, [VALUE]: 5 },
  ]);
  assert.deepEqual([week.length, ...week.map((day) => day.length)], [7, 24, 24, 24, 24, 24, 24, 24]);
  assert.equal(week[0]?.[0], 3);
  assert.equal(week[6]?.[23], 5);
  assert.equal(
    week.flat().reduce((sum, value) => sum + value),
    8,
  );
});
