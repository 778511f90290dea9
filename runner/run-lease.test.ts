import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineName } from '../core/batch.ts';
import { OrgscopeError } from '../core/problem.ts';
import { isHeld, type LeaseOptions, takeLease } from './run-lease.ts';

/** Notes of one store, and processes whose waiting is counted instead of waited. */
function scene() {
  const notes = new Map<string, string>();
  const dead = new Set<number>();
  let away = false;
  const ledger: LeaseOptions['ledger'] = {
    note: async (name) => {
      if (away) throw new OrgscopeError('unreachable', 'away', '');
      return notes.get(name);
    },
    swapNote: async (name, before, after) => {
      if (away) throw new OrgscopeError('unreachable', 'away', '');
      if (notes.get(name) !== before) return false;
      if (after === undefined) notes.delete(name);
      else notes.set(name, after);
      return true;
    },
  };
  const options = (run: string, pid: number, host = 'here', pipelines: PipelineName[] = ['trails', 'billing']): LeaseOptions => ({
    ledger,
    pipelines,
    run,
    self: { host, pid },
    clock: { now: () => new Date() },
    isAlive: (each) => !dead.has(each),
    // A thousand times as fast, and never so fast that others do not get their turn.
    wait: (delayMs, signal) => sleep(delayMs / 1000, undefined, signal === undefined ? {} : { signal }),
    signal: new AbortController().signal,
  });
  return {
    notes,
    dead,
    options,
    leave(value: boolean) {
      away = value;
    },
  };
}

test('one run at a time has a pipeline, and a second one waits until the first releases it', async () => {
  const { notes, options } = scene();
  const first = await takeLease(options('one', 1));
  let waited: string | undefined;
  let taken = false;
  const second = takeLease({
    ...options('two', 2, 'there', ['billing', 'trails']),
    onWaiting(_, holder) {
      waited = holder.run;
    },
  }).then((lease) => {
    taken = true;
    return lease;
  });
  // Longer than a lease that is not renewed would last.
  await sleep(100);
  assert.deepEqual([taken, waited], [false, 'one']);
  await first.release();
  await (await second).release();
  assert.equal(first.lost.aborted, false);
  assert.deepEqual([...notes], []);
});

test('a run of other pipelines does not wait', async () => {
  const { options } = scene();
  const first = await takeLease(options('one', 1, 'here', ['trails']));
  const second = await takeLease(options('two', 2, 'here', ['inventory', 's3']));
  await Promise.all([first.release(), second.release()]);
});

test('the lease of a dead process of this machine is taken over at once, that of another machine after it was not renewed for some time', async () => {
  const { options, dead, notes } = scene();
  const self = { host: 'here', pid: 1 };
  notes.set('run:trails', JSON.stringify({ run: 'killed', ...self, renewed: '2026-11-21T00:00:00.000Z' }));
  dead.add(1);
  let waits = 0;
  const counted = (options: LeaseOptions): LeaseOptions => ({ ...options, onWaiting: () => void waits++ });
  const first = await takeLease(counted(options('two', 2, 'here', ['trails'])));
  assert.equal(waits, 0);
  await first.release();

  notes.set('run:trails', JSON.stringify({ run: 'killed', host: 'there', pid: 1, renewed: '2999-01-01T00:00:00.000Z' }));
  const second = await takeLease(counted(options('three', 3, 'here', ['trails'])));
  assert.ok(waits >= 30, `only after ${waits} looks`);
  await second.release();
});

test('a holder whose lease was taken over learns of it, and releases nothing of its successor', async () => {
  const { options, notes } = scene();
  const first = await takeLease(options('one', 1));
  const other = JSON.stringify({ run: 'two', host: 'there', pid: 2, renewed: '2026-11-21T00:00:00.000Z' });
  notes.set('run:trails', other);
  while (!first.lost.aborted) await sleep(1);
  await first.release();
  assert.deepEqual([...notes], [['run:trails', other]]);
});

test('while the engine is away no lease is taken over, and a stop ends the waiting', async () => {
  const { options, leave } = scene();
  const first = await takeLease(options('one', 1));
  leave(true);
  await sleep(100);
  leave(false);
  await sleep(20);
  assert.equal(first.lost.aborted, false);
  const stop = new AbortController();
  const second = takeLease({ ...options('two', 2, 'there'), signal: stop.signal });
  stop.abort();
  await assert.rejects(second, { code: 'interrupted' });
  await first.release();
});

test('a run is held only by the process that renews its lease', async () => {
  const { options, dead, notes } = scene();
  const lease = await takeLease(options('one', 1));
  const run = { id: 'one', pipelines: ['trails' as const] };
  const asked = options('asking', 9);
  assert.equal(await isHeld(run, asked), true);
  assert.equal(await isHeld({ ...run, id: 'older' }, asked), false);
  dead.add(1);
  assert.equal(await isHeld(run, asked), false);
  await lease.release();
  assert.equal(await isHeld(run, asked), false);
  notes.set('run:trails', JSON.stringify({ run: 'one', host: 'there', pid: 1, renewed: new Date().toISOString() }));
  assert.equal(await isHeld(run, asked), true);
  notes.set('run:trails', JSON.stringify({ run: 'one', host: 'there', pid: 1, renewed: '2026-01-01T00:00:00.000Z' }));
  assert.equal(await isHeld(run, asked), false);
});
