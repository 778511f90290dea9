/**
 * Runs the trails pipeline over a folder into a store, and prints a line after each acknowledgement: a process for the kill test
 * to kill. The store is DuckDB, or the engine whose address is given. Batches are small, so that a kill can fall between many acknowledgements.
 */
import { localFolder } from '../../collectors/objects/local-folder.ts';
import { systemClock } from '../../core/clock.ts';
import type { Store } from '../../core/store.ts';
import { trailsPipeline } from '../../pipelines/trails-pipeline.ts';
import { deadLetterFile } from '../../runner/dead-letter-file.ts';
import { startRun } from '../../runner/start-run.ts';
import { openTestEngine } from './open-test-engine.ts';
import { openTestStore } from './open-test-store.ts';

const [folder, data, engine] = process.argv.slice(2) as [string, string, string | undefined];
const store = engine === undefined ? await openTestStore(`${data}/orgscope.duckdb`) : await openTestEngine(engine);
const announcing: Store = {
  ...store,
  async write(batch) {
    const result = await store.write(batch);
    process.stdout.write(`acknowledged ${batch.sources.length}\n`);
    return result;
  },
};
const run = startRun({
  id: `run-${process.pid}`,
  pipelines: [trailsPipeline({ sources: async () => ({ sources: [localFolder(folder)], problems: [] }) })],
  store: announcing,
  deadLetters: deadLetterFile(`${data}/dead-letters.ndjson`),
  clock: systemClock,
  random: Math.random,
  signal: new AbortController().signal,
  limits: { batchBytes: 16 * 1024, batchDocuments: 100, budgetBytes: 256 * 1024, flushAfterMs: 50 },
});
const report = await run.report;
await store.close();
process.stdout.write(`${report.state}\n`);
