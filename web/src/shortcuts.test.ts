import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dashboards } from '../../dashboards/registry.ts';
import { letters } from './shortcuts.ts';

test('each dashboard and the runs have different letters', () => {
  const jumps = letters([...dashboards.map(({ id, title }) => ({ path: id, title })), { path: 'runs', title: 'Runs' }]);
  assert.equal(new Set(jumps.map(({ letter }) => letter)).size, jumps.length);
  assert.ok(jumps.every(({ letter }) => /^[a-z0-9]$/.test(letter)));
});

test('a page gets the first letter of its title that is free', () => {
  const pages = ['Security', 'S3', 'Snapshots'].map((title) => ({ path: title, title }));
  assert.deepEqual(
    letters(pages).map(({ letter }) => letter),
    ['s', '3', 'n'],
  );
});

test('a page without a free letter in its title gets a free one of the alphabet', () => {
  const pages = ['A', 'B', 'AB', 'Ba'].map((title) => ({ path: title, title }));
  assert.deepEqual(
    letters(pages).map(({ letter }) => letter),
    ['a', 'b', 'c', 'd'],
  );
});
