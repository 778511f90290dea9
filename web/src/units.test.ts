import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountsByUnit, underUnits } from './units.ts';

const units = accountsByUnit([
  { unit: 'Workloads/Prod', account: '3' },
  { unit: 'Workloads/Test/Short', account: '2' },
  { unit: 'Workloads', account: '1' },
  { unit: 'Work', account: '4' },
  { unit: 'Work\\/loads', account: '5' },
  { unit: 'Empty\\\\/In', account: '6' },
]);

test('a unit has the accounts of the units within it, at any depth, and none of a unit whose name only begins with the same text', () => {
  assert.deepEqual(
    [...units],
    [
      ['Empty\\\\', ['6']],
      ['Empty\\\\/In', ['6']],
      ['Work', ['4']],
      ['Work\\/loads', ['5']],
      ['Workloads', ['1', '2', '3']],
      ['Workloads/Prod', ['3']],
      ['Workloads/Test', ['2']],
      ['Workloads/Test/Short', ['2']],
    ],
  );
});

const accounts = (...values: string[]) => ({ type: 'terms', field: 'cloud.account.id', values });

test('several units add up, and an excluded unit is taken from them', () => {
  const chosen = (value: string, not = false) => ({ value, not });
  assert.deepEqual(underUnits([], units), []);
  assert.deepEqual(underUnits([chosen('Workloads/Prod'), chosen('Work')], units), [accounts('3', '4')]);
  assert.deepEqual(underUnits([chosen('Workloads'), chosen('Workloads/Prod')], units), [accounts('1', '2', '3')]);
  assert.deepEqual(underUnits([chosen('Workloads'), chosen('Workloads/Test', true)], units), [
    accounts('1', '2', '3'),
    { type: 'not', filter: accounts('2') },
  ]);
});

test('an unknown unit matches no account, rather than all', () => {
  assert.deepEqual(underUnits([{ value: 'Gone', not: false }], units), [accounts()]);
});
