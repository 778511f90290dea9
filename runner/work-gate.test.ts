import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { workGate } from './work-gate.ts';

test('work that waits goes on once the last entry was left, and leaving twice counts once', async () => {
  const gate = workGate();
  const { signal } = new AbortController();
  await gate.idle(signal);
  const leaves = [gate.enter(), gate.enter()];
  let idle = false;
  const waiting = gate.idle(signal).then(() => {
    idle = true;
  });
  leaves[0]?.();
  leaves[0]?.();
  await turn();
  assert.equal(idle, false);
  leaves[1]?.();
  await waiting;
});

test('waiting ends when the signal aborts', async () => {
  const gate = workGate();
  gate.enter();
  const stop = new AbortController();
  const waiting = gate.idle(stop.signal);
  stop.abort();
  await waiting;
  await gate.idle(stop.signal);
});
