import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitColumns } from './fit-columns.ts';

const sum = (widths: readonly number[]) => widths.reduce((all, width) => all + width, 0);

test('columns that fit keep their full width', () => {
  const needs = [300, 80, 120].map((whole) => ({ whole, least: 60 }));
  assert.deepEqual(fitColumns(needs, 500), [300, 80, 120]);
  assert.deepEqual(fitColumns([], 500), []);
});

test('the widest are narrowed first, and all fit', () => {
  const needs = [600, 80, 400, 120].map((whole) => ({ whole, least: 60 }));
  assert.deepEqual(fitColumns(needs, 800), [300, 80, 300, 120]);
  assert.ok(sum(fitColumns(needs, 799)) <= 799);
  assert.deepEqual(fitColumns(needs, 240), [60, 60, 60, 60]);
});

test('a column is never narrower than the minimum', () => {
  const needs = [
    { whole: 500, least: 90 },
    { whole: 150, least: 150 },
  ];
  assert.deepEqual(fitColumns(needs, 300), [150, 150]);
  assert.deepEqual(fitColumns(needs, 250), [100, 150]);
});

test('a table that scrolls anyway has comfortable widths, up to a maximum', () => {
  const needs = [
    { whole: 900, least: 90 },
    { whole: 150, least: 150 },
  ];
  assert.deepEqual(fitColumns(needs, 200), [260, 150]);
});
