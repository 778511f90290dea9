import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable } from './format-table.ts';

test('numbers stand at the right, decimals as text too; null is empty', () => {
  const text = formatTable(
    ['name', 'cost'],
    [
      { name: 'a', cost: '10.50' },
      { name: null, cost: '-2' },
    ],
  );
  assert.equal(text, 'name   cost\n────  ─────\na     10.50\n         -2\n(2 rows)\n');
});

test('what data hold cannot move the cursor, and long values are cut', () => {
  const text = formatTable(['x'], [{ x: `\u001b[2J\n${'y'.repeat(200)}` }]);
  assert.ok(!text.includes('\u001b'));
  assert.equal(text.split('\n').length, 5);
  assert.ok(text.includes('…'));
});
