import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainCause } from './explain-cause.ts';

test('the innermost cause follows the outermost one', () => {
  assert.equal(
    explainCause({
      reason: 'template after composition is invalid',
      caused_by: { reason: 'invalid mappings', caused_by: { reason: 'No handler for type [flattened] declared on field [a]' } },
    }),
    'template after composition is invalid: No handler for type [flattened] declared on field [a]',
  );
  assert.equal(
    explainCause({
      reason: 'all shards failed',
      failed_shards: [{ reason: { reason: 'bad', caused_by: { reason: 'no such field' } } }],
    }),
    'all shards failed: no such field',
  );
});

test('a reason that contains the other is given alone, and an error without a reason gives an empty text', () => {
  assert.equal(explainCause({ reason: 'parse failed: x', caused_by: { reason: 'x' } }), 'parse failed: x');
  assert.equal(explainCause('Not Found'), 'Not Found');
  for (const odd of [null, undefined, 7, {}, { reason: 5 }, { caused_by: 'x' }]) assert.equal(explainCause(odd), '');
  const round: { reason: string; caused_by?: object } = { reason: 'round' };
  round.caused_by = round;
  assert.equal(explainCause(round), 'round');
});
