/**
 * Drains a queue into a store, and prints a line before each message is deleted, after its events were stored: a process for the kill test to
 * kill in between.
 */
import { sqsNotifications } from '../../collectors/objects/sqs-notifications.ts';
import { systemClock } from '../../core/clock.ts';
import { trailsPipeline } from '../../pipelines/trails-pipeline.ts';
import { deadLetterFile } from '../../runner/dead-letter-file.ts';
import { startRun } from '../../runner/start-run.ts';
import { openTestStore } from './open-test-store.ts';
import { testReach } from './test-reach.ts';

const [endpoint, account, keys, url, data] = process.argv.slice(2) as [string, string, string, string, string];
const reach = testReach(endpoint, account, JSON.parse(keys));
const store = await openTestStore(`${data}/orgscope.duckdb`);
const target = { url, region: 'us-east-1', regional: false, identity: reach.self, origin: 'test' };
const queue = sqsNotifications({ reach, target, visibilitySeconds: 2 });
const announcing = {
  ...queue,
  async finish(messages: Parameters<typeof queue.finish>[0]) {
    process.stdout.write(`finishing ${messages.length}\n`);
    // Long enough for the test to kill this process meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await queue.finish(messages);
  },
};
const run = startRun({
  id: `run-${process.pid}`,
  pipelines: [trailsPipeline({ sources: async () => ({ sources: [], queues: [announcing], problems: [] }) })],
  store,
  deadLetters: deadLetterFile(`${data}/dead-letters.ndjson`),
  clock: systemClock,
  random: Math.random,
  signal: new AbortController().signal,
});
const report = await run.report;
await store.close();
process.stdout.write(`${report.state}\n`);
