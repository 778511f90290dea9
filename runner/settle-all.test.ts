import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settleAll } from './settle-all.ts';

test('after a failure the rest is stopped and waited for, and the first failure is told', async () => {
  const stop = new AbortController();
  const ended: string[] = [];
  const slow = new Promise<void>((resolve) => {
    stop.signal.addEventListener('abort', () => setImmediate(resolve));
  }).then(() => {
    ended.push('slow');
    throw new Error('second');
  });
  await assert.rejects(
    settleAll([slow, Promise.reject(new Error('first'))], () => stop.abort()),
    { message: 'first' },
  );
  assert.deepEqual(ended, ['slow']);
});

test('without a failure nothing is stopped', async () => {
  await settleAll([Promise.resolve(), new Promise((resolve) => setImmediate(resolve))], () => assert.fail('nothing failed'));
});
