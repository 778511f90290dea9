/**
 * Runs the pipeline of logs over a bucket into a slow embedded store, and prints a line for each object that was acknowledged: a process for the kill test to kill. Batches
 * are small, so that a kill can fall between many acknowledgements, and within objects.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { s3Prefix } from '../../collectors/objects/s3-prefix.ts';
import { systemClock } from '../../core/clock.ts';
import type { Store } from '../../core/store.ts';
import { logsPipeline } from '../../pipelines/logs-pipeline.ts';
import { deadLetterFile } from '../../runner/dead-letter-file.ts';
import { startRun } from '../../runner/start-run.ts';
import { openTestStore } from './open-test-store.ts';
import { testReach } from './test-reach.ts';

const [endpoint, account, keys, bucket, data] = process.argv.slice(2) as [string, string, string, string, string];
const reach = testReach(endpoint, account, JSON.parse(keys));
const store = await openTestStore(`${data}/orgscope.duckdb`);
const announcing: Store = {
  ...store,
  async write(batch) {
    await sleep(Math.random() * 20);
    const result = await store.write(batch);
    for (const { key } of batch.sources) process.stdout.write(`acknowledged ${key}\n`);
    return result;
  },
};
const source = s3Prefix({ reach, identity: reach.self, bucket, prefix: '' });
const run = startRun({
  id: `run-${process.pid}`,
  pipelines: [logsPipeline({ sources: async () => ({ sources: [source], problems: [] }) })],
  store: announcing,
  deadLetters: deadLetterFile(`${data}/dead-letters.ndjson`),
  clock: systemClock,
  random: Math.random,
  signal: new AbortController().signal,
  limits: { batchBytes: 256 * 1024, batchDocuments: 400, budgetBytes: 1024 * 1024, flushAfterMs: 50 },
});
const report = await run.report;
await store.close();
process.stdout.write(`${report.state}\n`);
