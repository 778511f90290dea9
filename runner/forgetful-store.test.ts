import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../tests/support/memory-store.ts';
import { forgetfulStore } from './forgetful-store.ts';

test('sources and checkpoints seem unknown, and what is written is kept', async () => {
  const store = memoryStore();
  const forgetful = forgetfulStore(store);
  await forgetful.write({
    documents: [],
    bytes: 0,
    sources: [{ pipeline: 'trails', key: 's3://x#1', documents: 0 }],
    checkpoints: [{ pipeline: 'trails', key: 'one', reached: 5 }],
  });
  assert.deepEqual(await forgetful.ledger.known('trails', ['s3://x#1']), new Set());
  assert.equal(await forgetful.ledger.checkpoint('trails', 'one'), undefined);
  assert.deepEqual(await store.ledger.known('trails', ['s3://x#1']), new Set(['s3://x#1']));
  assert.equal(await store.ledger.checkpoint('trails', 'one'), 5);
});
