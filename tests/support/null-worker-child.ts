/** A worker process whose store accepts every batch and keeps none, for the bench; at its end it prints the CPU-seconds of its work. */
import { systemClock } from '../../core/clock.ts';
import { trailsPipeline } from '../../pipelines/trails-pipeline.ts';
import { openQueue } from '../../queue/open-queue.ts';
import { openRedis } from '../../queue/open-redis.ts';
import { deadLetterFile } from '../../runner/dead-letter-file.ts';
import { startWorker } from '../../runner/start-worker.ts';
import { nullStore } from './null-store.ts';

const [url] = process.argv.slice(2) as [string];
const takeoverMs = 60_000;
const queue = openQueue(await openRedis(url), { attempts: 3, retryBaseMs: 1_000, perAccountAndService: 100, takeoverMs });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
// The start of the process is not measured.
const before = process.cpuUsage();
const worker = startWorker({
  id: `bench-${process.pid}`,
  host: 'bench',
  pid: process.pid,
  queue,
  store: nullStore(),
  deadLetters: () => deadLetterFile('/dev/null'),
  pipelines: ['trails'],
  takeoverMs,
  compose: async () => trailsPipeline({ sources: async () => ({ sources: [], problems: [] }) }),
  clock: systemClock,
  random: Math.random,
  signal: stop.signal,
});
process.stdout.write('ready\n');
await worker.ended;
const { user, system } = process.cpuUsage(before);
await queue.close();
process.stdout.write(`${(user + system) / 1e6}\n`);
