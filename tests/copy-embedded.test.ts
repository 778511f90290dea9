import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Store } from '../core/store.ts';
import { copyStore } from '../runner/copy-store.ts';
import { contentsOf, fillStore } from './support/fill-store.ts';
import { openTestStore } from './support/open-test-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-copy-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A day's events take two pages. */
const FILLING = { start: new Date('2026-11-01T00:00:00Z'), days: 2, eventsPerDay: 2_100, resources: 40, lines: 20 };

test('a copy between two embedded stores that fails half-way and goes on holds every document byte by byte, and the ledger', async () => {
  const [from, to] = await Promise.all(['from', 'to'].map((name) => openTestStore(join(folder, `${name}.duckdb`))));
  assert.ok(from !== undefined && to !== undefined);
  await fillStore(from, FILLING);
  const copy = (target: Store) =>
    copyStore({ from, to: target, name: 'test', signal: new AbortController().signal, show: () => undefined });
  let writes = 0;
  const failing: Store = {
    ...to,
    async write(batch) {
      if (++writes === 6) throw new Error('cut');
      return to.write(batch);
    },
  };
  await assert.rejects(copy(failing), { message: 'cut' });
  const expected = await contentsOf(from);
  const runs = expected.runs.map((run) => (run.state === 'running' ? { ...run, state: 'interrupted' } : run));
  for (const resumed of [true, false]) {
    const report = await copy(to);
    assert.deepEqual([report.complete, report.resumed, report.short, report.refused], [true, resumed, [], []]);
    assert.deepEqual(await contentsOf(to), { ...expected, runs });
  }
  await Promise.all([from.close(), to.close()]);
});
