import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jumps, letters } from './shortcuts.ts';

test('every page has a letter of its own', () => {
  assert.equal(new Set(jumps.map(({ letter }) => letter)).size, jumps.length);
  assert.ok(jumps.every(({ letter }) => /^[a-z0-9]$/.test(letter)));
});

test('the first letter that is free is taken', () => {
  const pages = ['Security', 'S3', 'Snapshots'].map((title) => ({ page: title, title }));
  assert.deepEqual(
    letters(pages).map(({ letter }) => letter),
    ['s', '3', 'n'],
  );
});
