import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type { Store } from '../core/store.ts';
import { contentsOf, fillStore } from '../tests/support/fill-store.ts';
import { memoryStore } from '../tests/support/memory-store.ts';
import { type CopyOptions, copyStore } from './copy-store.ts';

/** A day's events take two pages. */
const FILLING = { start: new Date('2026-11-01T00:00:00Z'), days: 2, eventsPerDay: 2_100, resources: 40, lines: 20 };
const from = memoryStore();
before(() => fillStore(from, FILLING));
let to: Store;
beforeEach(() => {
  to = memoryStore();
});
const copy = (to: Store, options: Partial<CopyOptions> = {}) =>
  copyStore({ from, to, name: 'test', signal: new AbortController().signal, show: () => undefined, ...options });

/** A store that fails at its nth write. */
function failing(store: Store, writes: number): Store {
  let count = 0;
  return {
    ...store,
    async write(batch) {
      if (++count === writes) throw new Error('cut');
      return store.write(batch);
    },
  };
}

test('a copy holds every document with its text and version, the deliveries, the sources that were read and the runs', async () => {
  const expected = await contentsOf(from);
  assert.equal(expected.documents.length, 4_200 + 80 + 40 + 6 + 1 + 22 + 22 + 22);
  const report = await copy(to);
  assert.deepEqual([report.complete, report.resumed, report.short, report.refused], [true, false, [], []]);
  const copied = await contentsOf(to);
  const killed = expected.runs.map((run) => (run.state === 'running' ? { ...run, state: 'interrupted' } : run));
  assert.deepEqual(copied, { ...expected, runs: killed });

  assert.equal((await copy(to)).complete, true);
  assert.deepEqual(await contentsOf(to), copied, 'once more changes nothing');
});

test('a copy that fails at any write goes on from there, reads little twice, and is complete', async () => {
  const expected = await contentsOf(from);
  for (let cut = 1; ; cut += 3) {
    to = memoryStore();
    let ended = true;
    await copy(failing(to, cut)).catch((error: Error) => {
      assert.equal(error.message, 'cut');
      ended = false;
    });
    if (!ended) {
      if ((await to.ledger.known('trails', ['s3://trail/0#1'])).size > 0)
        assert.deepEqual((await contentsOf(to)).documents, expected.documents, 'acknowledged before all is there');
      const report = await copy(to);
      assert.equal(report.complete, true);
      assert.equal(report.resumed, cut > 1);
    }
    assert.deepEqual({ ...(await contentsOf(to)), runs: [] }, { ...expected, runs: [] });
    if (ended) break;
    assert.ok(cut < 50);
  }
});

test('documents that were written before the position of a stopped copy are copied too', async () => {
  await assert.rejects(copy(failing(to, 6)));
  await from.write({
    documents: [
      {
        index: 'awscli-2026.11.01',
        id: 'a-new-one',
        operation: 'create',
        body: Buffer.from('{"@timestamp":"2026-11-01T00:00:00Z"}'),
      },
    ],
    bytes: 40,
    sources: [],
  });
  const report = await copy(to);
  assert.deepEqual([report.complete, report.resumed], [true, true]);
  assert.equal((await to.page({ view: 'awscli', index: 'awscli-2026.11.01', documents: 0 }, undefined, 1))[0]?.id, 'a-new-one');
});

test('a target that holds documents keeps the newer of each; what it refuses and lacks is reported', async () => {
  const newer = { report: 'one', month: '2026-11', delivery: 'd9', modified: 9 };
  await to.beginDelivery(newer);
  await to.publishDelivery(newer);
  const version = Date.parse('2026-12-01T00:00:00Z');
  const body = Buffer.from('{"@timestamp":"2026-12-01T00:00:00Z","resource":{"id":"i-1"}}');
  await to.write({
    documents: [
      { index: 'awscli-current', id: 'i-1', operation: 'replace', version, body },
      { index: 'awscli-current', id: 'own', operation: 'replace', version, body },
    ],
    bytes: 80,
    sources: [],
  });
  const refusing: Store = {
    ...to,
    async write(batch) {
      const index = batch.documents.findIndex(({ id }) => id === 'event-1-7');
      if (index < 0) return to.write(batch);
      const result = await to.write({ ...batch, documents: batch.documents.toSpliced(index, 1) });
      return { ...result, rejected: [{ index, reason: 'will not' }] };
    },
  };
  const report = await copy(refusing);
  assert.equal(report.complete, false);
  assert.deepEqual(report.newer, [{ report: 'one', month: '2026-11', delivery: 'd2', modified: 2 }]);
  assert.deepEqual(report.refused, [{ index: 'awscli-trail-2026.11.02', id: 'event-1-7', reason: 'will not' }]);
  assert.deepEqual(report.short, [{ index: 'awscli-trail-2026.11.02', from: 2_100, to: 2_099 }]);
  assert.deepEqual(
    report.views.find(({ view }) => view === 'awscli-current'),
    { view: 'awscli-current', from: 40, to: 41 },
  );
  const current = await to.page({ view: 'awscli-current', index: 'awscli-current', documents: 0 }, 'i-0', 1);
  assert.deepEqual(Buffer.from(current[0]?.body ?? []), body);
  assert.equal((await to.ledger.delivery('one', '2026-11'))?.delivery, 'd9');
});

test('a copy that is stopped keeps what it has copied', async () => {
  const stop = new AbortController();
  const stopping = copy(to, { signal: stop.signal, show: ({ documents }) => void (documents > 2_100 && stop.abort()) });
  await assert.rejects(stopping, { code: 'interrupted' });
  const report = await copy(to);
  assert.deepEqual([report.complete, report.resumed], [true, true]);
});
