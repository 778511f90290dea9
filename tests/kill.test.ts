import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { useEngine } from './support/engine.ts';
import { FAULT_ROUNDS, faultPoints } from './support/fault-rounds.ts';
import { makeTrail } from './support/make-trail.ts';
import { missing } from './support/needs.ts';
import { openTestEngine } from './support/open-test-engine.ts';
import { openTestStore } from './support/open-test-store.ts';

const CHILD = fileURLToPath(new URL('./support/trails-child.ts', import.meta.url));
/** A run is killed after at most this many acknowledgements. The killed runs can't read all objects before the last kill. */
const LAST_ACKNOWLEDGEMENT = 30;
const OBJECTS = 200 + FAULT_ROUNDS * LAST_ACKNOWLEDGEMENT;
const LAST_ENGINE_ACKNOWLEDGEMENT = 4;
const ENGINE_OBJECTS = 50 + FAULT_ROUNDS * 30;
const point = faultPoints();

const folder = mkdtempSync(join(tmpdir(), 'orgscope-kill-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the child; with `killAfter`, kills it with -9 right after so many acknowledgements. */
async function runChild(
  source: string,
  data: string,
  killAfter?: number,
  engine?: string,
): Promise<{ signal: string | null; acknowledged: number; last: string }> {
  const child = spawn(process.execPath, [CHILD, source, data, ...(engine === undefined ? [] : [engine])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  let last = '';
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (!line.startsWith('acknowledged')) continue;
    acknowledged++;
    if (acknowledged === killAfter) child.kill('SIGKILL');
  }
  const [, signal] = (await exit) as [number | null, string | null];
  return { signal, acknowledged, last };
}

test(`a run that is killed between its first and last acknowledgement (${FAULT_ROUNDS} times) stores every event once after the next run`, async () => {
  const source = mkdtempSync(join(folder, 'source-'));
  const { events } = makeTrail(source, { objects: OBJECTS, eventsPerObject: 10 });
  const data = mkdtempSync(join(folder, 'data-'));
  for (let kill = 0; kill < FAULT_ROUNDS; kill++) {
    const result = await runChild(source, data, 1 + point(LAST_ACKNOWLEDGEMENT));
    assert.equal(result.signal, 'SIGKILL', `run ${kill} ended by itself: it was not killed between acknowledgements`);
  }
  const end = await runChild(source, data);
  assert.equal(end.last, 'succeeded');
  assert.ok(end.acknowledged > 1, 'the killed runs read every object: nothing was left for the last one');

  const store = await openTestStore(`${data}/orgscope.duckdb`);
  const { rows } = await store.sql('SELECT count(*) AS events, count(DISTINCT _id) AS ids FROM awscli_trail');
  const { rows: objects } = await store.sql('SELECT count(DISTINCT "event.id") AS ids FROM awscli_trail');
  await store.close();
  assert.deepEqual(rows, [{ events: String(events), ids: String(events) }]);
  assert.deepEqual(objects, [{ ids: String(events) }]);
});

for (const service of ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const) {
  const skip = missing(service);
  const engine = skip === false ? useEngine(service) : undefined;

  test(`${service}: a run that is killed ${FAULT_ROUNDS} times stores every event once after the next run`, {
    skip,
  }, async () => {
    const url = engine?.url ?? '';
    const source = mkdtempSync(join(folder, 'source-'));
    const { events } = makeTrail(source, { objects: ENGINE_OBJECTS, eventsPerObject: 10 });
    const data = mkdtempSync(join(folder, 'data-'));
    for (let kill = 0; kill < FAULT_ROUNDS; kill++) {
      const result = await runChild(source, data, 1 + point(LAST_ENGINE_ACKNOWLEDGEMENT), url);
      assert.equal(result.signal, 'SIGKILL', `run ${kill} ended by itself: it was not killed between acknowledgements`);
    }
    const end = await runChild(source, data, undefined, url);
    assert.equal(end.last, 'succeeded');
    assert.ok(end.acknowledged > 0, 'the killed runs read every object: nothing was left for the last one');

    const store = await openTestEngine(url);
    const answer = await store.answer({
      type: 'aggregate',
      view: 'awscli-trail',
      filter: { type: 'all' },
      groups: [],
      metrics: [
        { name: 'documents', op: 'count' },
        { name: 'events', op: 'distinct', field: 'event.id' },
      ],
    });
    await store.close();
    assert.deepEqual(answer, { type: 'aggregate', rows: [{ documents: events, events }] });
  });
}
