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

test('a unit has the accounts of the units within it, at any depth, and none of a unit that only begins with its name', () => {
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

test('several units widen each other, and one left out narrows what the others gave', () => {
  const chosen = (value: string, not = false) => ({ value, not });
  assert.deepEqual(underUnits([], units), []);
  assert.deepEqual(underUnits([chosen('Workloads/Prod'), chosen('Work')], units), [accounts('3', '4')]);
  assert.deepEqual(underUnits([chosen('Workloads'), chosen('Workloads/Prod')], units), [accounts('1', '2', '3')]);
  assert.deepEqual(underUnits([chosen('Workloads'), chosen('Workloads/Test', true)], units), [
    accounts('1', '2', '3'),
    { type: 'not', filter: accounts('2') },
  ]);
});

test('a unit that is not known leaves nothing, and not everything', () => {
  assert.deepEqual(underUnits([{ value: 'Gone', not: false }], units), [accounts()]);
});
