import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoizeCredentials } from './memoize-credentials.ts';

const HOUR_MS = 60 * 60_000;

function counted(clock: { now(): Date }) {
  let loads = 0;
  const state = { fail: false };
  const provider = memoizeCredentials(async () => {
    loads += 1;
    if (state.fail) throw new Error('STS hiccup');
    return { accessKeyId: `key-${loads}`, secretAccessKey: 's', expiration: new Date(clock.now().getTime() + HOUR_MS) };
  }, clock);
  return { provider, state, loads: () => loads };
}

test('credentials are loaded once for all callers, and again before they expire', async () => {
  let time = 0;
  const { provider, loads } = counted({ now: () => new Date(time) });
  await Promise.all(Array.from({ length: 50 }, () => provider()));
  assert.equal(loads(), 1);
  time = HOUR_MS - 7 * 60_000;
  assert.equal((await provider()).accessKeyId, 'key-1');
  // The SDK's clients ask again with five minutes left, and must not get the same ones back.
  time = HOUR_MS - 5 * 60_000;
  const refreshed = await Promise.all([provider(), provider()]);
  assert.deepEqual(
    refreshed.map(({ accessKeyId }) => accessKeyId),
    ['key-2', 'key-2'],
  );
  assert.equal(loads(), 2);
});

test('a failed refresh is no error while the credentials are valid', async () => {
  let time = 0;
  const { provider, state } = counted({ now: () => new Date(time) });
  await provider();
  state.fail = true;
  time = HOUR_MS - 60_000;
  assert.equal((await provider()).accessKeyId, 'key-1');
  time = HOUR_MS;
  await assert.rejects(async () => provider(), /STS hiccup/);
  state.fail = false;
  assert.equal((await provider()).accessKeyId, 'key-4');
});
