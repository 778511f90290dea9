/**
 * Runs inventory over the sample organisation into a store, and prints a line for each batch that was stored: a process for the kill
 * test to kill. Batches are small, so that a kill can fall between many of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReach } from '../../aws/open-reach.ts';
import { kinds } from '../../collectors/inventory/registry.ts';
import { systemClock } from '../../core/clock.ts';
import { inventoryPipeline } from '../../pipelines/inventory-pipeline.ts';
import { deadLetterFile } from '../../runner/dead-letter-file.ts';
import { startRun } from '../../runner/start-run.ts';
import { openSample } from '../../sample/open-sample.ts';
import { openTestStore } from './open-test-store.ts';

/** Regional and global kinds, with and without look-ups. */
const KINDS = ['ec2-instance', 'ec2-volume', 'rds-instance', 'iam-credential-report'];

const [data, resume] = process.argv.slice(2) as [string, string];
const sample = openSample({ now: new Date('2026-11-21T08:00:00Z') });
const lists = join(data, 'lists');
mkdirSync(lists, { recursive: true });
for (const [name, text] of Object.entries(sample.lists)) writeFileSync(join(lists, name), text);
const reach = openReach({
  lists,
  env: {},
  organization: true,
  roleName: sample.roleName,
  requestHandler: sample.requestHandler,
  credentials: sample.credentials,
});
const store = await openTestStore(join(data, 'orgscope.duckdb'));
const write = store.write.bind(store);
const run = startRun({
  id: `run-${process.pid}`,
  pipelines: [inventoryPipeline({ reach, kinds: kinds.filter(({ name }) => KINDS.includes(name)), instanceEvents: false })],
  store: Object.assign(store, {
    async write(...[batch]: Parameters<typeof write>) {
      const result = await write(batch);
      process.stdout.write('stored\n');
      return result;
    },
  }),
  deadLetters: deadLetterFile(join(data, 'dead-letters.ndjson')),
  clock: systemClock,
  random: Math.random,
  signal: new AbortController().signal,
  limits: { batchBytes: 256 * 1024, batchDocuments: 200, budgetBytes: 1024 * 1024, flushAfterMs: 50 },
  resume: resume === 'resume',
});
const report = await run.report;
await store.close();
process.stdout.write(`${JSON.stringify(report)}\n`);
