import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, forecastOf, forecastTime, LINE_TYPE } from './forecast.ts';

const row = (type: string, date: string, value: string) => ({
  [LINE_TYPE]: type,
  [DAY]: `${date}T00:00:00.000Z`,
  cost: value,
});
const to = (date: string) => ({ from: '2026-01-01T00:00:00.000Z', to: `${date}T00:00:00.000Z` });

test('daily costs continue at the average of the complete days, and one-time costs are added once', () => {
  const rows = [
    row('Fee', '2026-11-01', '100'),
    row('Credit', '2026-11-01', '-10.5'),
    row('Usage', '2026-11-01', '10'),
    row('Usage', '2026-11-02', '20'),
    row('SavingsPlanNegation', '2026-11-02', '-3'),
    row('Tax', '2026-11-01', '3'),
    // The report has only a part of this day.
    row('Usage', '2026-11-03', '1'),
  ];
  assert.equal(forecastOf(rows, 'cost', to('2026-11-03')), 100 - 10.5 + (30 / 2) * 30);
});

test('days without usage count as days', () => {
  const rows = [row('Usage', '2026-11-01', '10'), row('Usage', '2026-11-05', '2')];
  assert.equal(forecastOf(rows, 'cost', to('2026-11-06')), (10 / 4) * 30);
});

test('a month that is over costs what it cost', () => {
  const rows = [row('Usage', '2026-10-01', '5'), row('Usage', '2026-10-31', '6'), row('RIFee', '2026-10-01', '7')];
  assert.equal(forecastOf(rows, 'cost', to('2026-11-01')), 18);
});

test('there is no forecast before a day is complete', () => {
  assert.equal(forecastOf([], 'cost', to('2026-11-02')), undefined);
  assert.equal(forecastOf([row('Fee', '2026-11-01', '7')], 'cost', to('2026-11-02')), undefined);
  assert.equal(forecastOf([row('Usage', '2026-11-01', '7')], 'cost', to('2026-11-02')), undefined);
});

test('the query covers the whole month, whichever moment of it is chosen as the end', () => {
  for (const end of ['2026-11-01T00:00:01.000Z', '2026-12-01T00:00:00.000Z'])
    assert.deepEqual(forecastTime({ from: end, to: end }), { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' });
});
