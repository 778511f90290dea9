import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { workGate } from './work-gate.ts';

test('who waits goes on once the last one has left, and leaving twice counts once', async () => {
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

test('stopped, nobody waits', async () => {
  const gate = workGate();
  gate.enter();
  const stop = new AbortController();
  const waiting = gate.idle(stop.signal);
  stop.abort();
  await waiting;
  await gate.idle(stop.signal);
});
