import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '../core/batch.ts';
import type { Store, StoredIndex } from '../core/store.ts';
import { viewsWith } from '../tests/support/views-with.ts';
import { withHoldings } from './holdings.ts';

/** An engine as far as counting goes: how many documents each index has, which anybody may change. */
function engine() {
  const notes = new Map<string, string>();
  const indices = new Map<string, StoredIndex>();
  const store = {
    ledger: {
      note: async (name: string) => notes.get(name),
      swapNote: async (name: string, before: string | undefined, after: string | undefined) => {
        if (notes.get(name) !== before) return false;
        notes.set(name, after as string);
        return true;
      },
      saveJobs: async () => undefined,
    },
    write: async ({ documents }: { documents: readonly { index: string }[] }) => {
      const created = new Map<string, number>();
      for (const { index } of documents) created.set(index, (created.get(index) ?? 0) + 1);
      for (const [index, count] of created) put(index, (indices.get(index)?.documents ?? 0) + count);
      return { written: documents.length, unchanged: 0, rejected: [], created };
    },
    beginDelivery: async () => undefined,
    publishDelivery: async () => true,
    prune: async () => ({ removed: [], runs: 0 }),
    indices: async () => [...indices.values()],
    close: async () => undefined,
  } as unknown as Store;
  function put(index: string, documents: number, delivery?: Delivery): void {
    const base = { view: 'awscli-trail' as const, index, documents };
    indices.set(index + (delivery?.report ?? ''), delivery === undefined ? base : { ...base, delivery });
  }
  return { notes, indices, store, put, open: () => withHoldings(store, viewsWith([]), () => 0) };
}

const DAY = 'awscli-trail-2026.11.01';
const batch = (index: string, count: number, delivery?: Delivery) => ({
  documents: Array.from({ length: count }, (_, id) => ({
    index,
    id: `${id}`,
    operation: 'create' as const,
    body: Buffer.from('{}'),
  })),
  bytes: 0,
  sources: [],
  ...(delivery === undefined ? {} : { delivery }),
});
const settled = (...pipelines: ('trails' | 'billing' | 'inventory')[]) => ({ pipelines, again: false });

test('a gap is reported until its sources are read again; documents that are still missing then are no gap', async () => {
  const { open, put, indices } = engine();
  const holdings = open();
  await holdings.store.write(batch(DAY, 10));
  await holdings.settle(settled('trails'));
  assert.deepEqual(await holdings.gaps([]), []);

  put(DAY, 4);
  const gap = { view: 'awscli-trail', index: DAY, expected: 10, stored: 4 };
  assert.deepEqual(await holdings.gaps([]), [gap]);
  assert.deepEqual(
    await holdings.gaps([{ view: 'awscli-trail', before: '2026-11-02' }]),
    [],
    'the engine itself removes what is old',
  );
  await holdings.settle(settled('trails'));
  assert.deepEqual(await open().gaps([]), [gap], 'another run and another process see it too');

  await holdings.store.write(batch(DAY, 6));
  await holdings.settle({ pipelines: ['trails'], again: true });
  assert.deepEqual(await holdings.gaps([]), []);
  indices.clear();
  assert.deepEqual(await holdings.gaps([]), [{ ...gap, stored: 0 }]);
  await holdings.settle({ pipelines: ['trails'], again: true });
  assert.deepEqual(await holdings.gaps([]), []);
});

test('processes add to one number, before they report their jobs', async () => {
  const { open, notes } = engine();
  const [one, other] = [open(), open()];
  await Promise.all([
    one.store.write(batch(DAY, 3)),
    other.store.write(batch(DAY, 4)),
    one.store.write(batch('awscli-current', 9)),
  ]);
  await Promise.all([one.store.ledger.saveJobs([]), other.store.ledger.saveJobs([])]);
  assert.deepEqual(JSON.parse(notes.get('holdings') ?? ''), { [DAY]: 7 });
});

test('documents that a killed process had not noted are noted by a run that holds all pipelines of their view', async () => {
  const { open, put, notes } = engine();
  put(DAY, 5);
  put('awscli-2026.11.01', 5);
  const holdings = open();
  await holdings.settle(settled('billing'));
  assert.equal(notes.has('holdings') && notes.get('holdings') !== '{}', false);
  await holdings.settle(settled('trails', 'inventory'));
  // History is written by s3 too, which may have something that is not noted yet.
  assert.deepEqual(JSON.parse(notes.get('holdings') ?? ''), { [DAY]: 5 });
});

test('a month of a report counts as its newest delivery, and reports are counted apart', async () => {
  const { open, put, notes, indices } = engine();
  const holdings = open();
  for (const [report, lines] of [
    ['a', 3],
    ['b', 4],
    ['a', 5],
  ] as const) {
    const delivery = { report, month: '2026-11', delivery: 'd', modified: lines };
    await holdings.store.beginDelivery(delivery);
    await holdings.store.write(batch('awsbilling-2026.11', lines, delivery));
    await holdings.store.publishDelivery(delivery);
    put('awsbilling-2026.11', lines, delivery);
  }
  indices.delete('awsbilling-2026.11');
  assert.deepEqual(JSON.parse(notes.get('holdings') ?? ''), { 'awsbilling-2026.11 a': 5, 'awsbilling-2026.11 b': 4 });
  assert.deepEqual(await holdings.gaps([]), []);
  indices.delete('awsbilling-2026.11a');
  assert.deepEqual(await holdings.gaps([]), [{ view: 'awsbilling', index: 'awsbilling-2026.11', expected: 5, stored: 0 }]);
});

test('pruned documents are no gap, whatever the retention becomes', async () => {
  const { open, indices } = engine();
  const holdings = open();
  await holdings.store.write(batch(DAY, 2));
  await holdings.store.write(batch('awscli-trail-2026.11.02', 2));
  await holdings.store.prune([{ view: 'awscli-trail', before: '2026-11-02' }], { keptRuns: 1, dryRun: false });
  indices.delete(DAY);
  assert.deepEqual(await holdings.gaps([]), []);
});
