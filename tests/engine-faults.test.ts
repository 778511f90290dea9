import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTrailObjects } from '../bench/support/make-trail-objects.ts';
import { localFolder } from '../collectors/objects/local-folder.ts';
import type { Problem } from '../core/problem.ts';
import type { AggregateAnswer, IndexView } from '../core/query.ts';
import type { Store } from '../core/store.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { makeTrail } from './support/make-trail.ts';
import { openTestEngine } from './support/open-test-engine.ts';
import { missingEngines, startOwnEngine } from './support/own-engine.ts';
import { runPipelines } from './support/run-into-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-engine-faults-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Many batches, so that the kill interrupts some of them. */
const SMALL_BATCHES = { batchBytes: 512 * 1024, batchDocuments: 500, budgetBytes: 2 * 1024 * 1024, flushAfterMs: 50 };

const trails = (source: string) => trailsPipeline({ sources: async () => ({ sources: [localFolder(source)], problems: [] }) });

/** The numbers of documents and of different events. */
async function countEvents(store: Store, view: IndexView = 'awscli-trail'): Promise<[number, number]> {
  const answer = (await store.answer({
    type: 'aggregate',
    view,
    filter: { type: 'all' },
    groups: [],
    metrics: [
      { name: 'documents', op: 'count' },
      { name: 'events', op: 'distinct', field: 'event.id' },
    ],
  })) as AggregateAnswer;
  return [Number(answer.rows[0]?.documents), Number(answer.rows[0]?.events)];
}

test('OpenSearch with a write queue of 3 and 2 MB of indexing pressure stores every event once', {
  skip: missingEngines(),
}, async () => {
  const engine = await startOwnEngine('os2', ['thread_pool.write.queue_size: 3', 'indexing_pressure.memory.limit: 2mb']);
  const waits: Problem[] = [];
  const source = join(folder, 'squeezed');
  const { events } = makeTrailObjects(source, { objects: 30, eventsPerObject: 100, seed: 7 });
  const store = await openTestEngine(engine.url, {
    onWaiting: (problem) => {
      if (problem !== undefined) waits.push(problem);
    },
  });
  const { report } = await runPipelines(store, [trails(source)]);
  assert.equal(report.state, 'succeeded', JSON.stringify(report.problems));
  assert.deepEqual([report.totals.documents, report.totals.written, report.totals.deadLetters], [events, events, 0]);
  assert.deepEqual(await countEvents(store), [events, events]);
  assert.ok(waits.length > 0, 'the engine refused some requests');
  const again = await runPipelines(store, [trails(source)]);
  assert.deepEqual([again.report.totals.jobs, again.report.totals.skippedSources], [0, 30]);
  await store.close();
  await engine.stop();
});

for (const kind of ['os2', 'es8'] as const) {
  test(`${kind}: the engine is killed and comes back in the middle of a run, which waits and ends exact`, {
    skip: missingEngines(),
  }, async () => {
    const engine = await startOwnEngine(kind);
    const source = join(folder, kind);
    const { events } = makeTrail(source, { objects: 60, eventsPerObject: 50 });
    const waits: (Problem | undefined)[] = [];
    const store = await openTestEngine(engine.url, { bodyBytes: 64 * 1024, onWaiting: (problem) => void waits.push(problem) });
    let batches = 0;
    let outage: Promise<void> | undefined;
    const killing: Store = {
      ...store,
      write(batch) {
        // While the third batch is on its way.
        if (++batches === 3) {
          outage = (async () => {
            await sleep(30);
            await engine.kill();
            await sleep(2_000);
            await engine.restart();
          })();
        }
        return store.write(batch);
      },
    };
    const { report } = await runPipelines(killing, [trails(source)], undefined, undefined, false, SMALL_BATCHES);
    assert.ok(outage !== undefined, 'the engine was killed');
    await outage;
    assert.equal(report.state, 'succeeded', JSON.stringify(report.problems));
    assert.deepEqual([report.totals.documents, report.totals.deadLetters], [events, 0]);
    assert.deepEqual(await countEvents(store), [events, events]);
    assert.ok(
      waits.some((problem) => problem?.code === 'unreachable'),
      'the run said that it waits',
    );
    assert.equal(waits.at(-1), undefined, 'and that it goes on');
    await store.close();
    await engine.stop();
  });
}
