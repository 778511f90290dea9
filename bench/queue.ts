/**
 * Workers: events per CPU-second of two worker processes, and of one, on a queue on a real Redis, into a store that keeps nothing. The ratio
 * is the cost of sharing a queue. Rounds alternate, so that other work of the machine affects both; the median round counts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { systemClock } from '../core/clock.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { openQueue } from '../queue/open-queue.ts';
import { openRedis } from '../queue/open-redis.ts';
import { startQueuedRun } from '../runner/start-queued-run.ts';
import { nullStore } from '../tests/support/null-store.ts';
import { startOwnRedis } from '../tests/support/own-redis.ts';
import { makeTrailObjects } from './support/make-trail-objects.ts';
import { median } from './support/measure.ts';

const ROUNDS = 3;
const COPIES = 12;
const CHILD = fileURLToPath(new URL('../tests/support/null-worker-child.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));
const redis = await startOwnRedis();

/** Starts a worker process and resolves to the CPU-seconds that it used. */
function startWorkerProcess() {
  const child = spawn(process.execPath, [CHILD, redis.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('ready')) resolve();
    });
  });
  return {
    ready,
    async stop(): Promise<number> {
      const exit = once(child, 'close');
      child.kill('SIGTERM');
      await exit;
      return Number(said.trim().split('\n').at(-1));
    },
  };
}

try {
  const source = join(folder, 'source');
  const made = makeTrailObjects(source, { objects: 256, eventsPerObject: 300, seed: 42 });
  const events = made.events * COPIES;
  let number = 0;

  const round = async (workers: number): Promise<number> => {
    const queue = openQueue(await openRedis(redis.url), {
      attempts: 3,
      retryBaseMs: 1_000,
      perAccountAndService: 100,
      takeoverMs: 60_000,
    });
    const processes = Array.from({ length: workers }, startWorkerProcess);
    await Promise.all(processes.map(({ ready }) => ready));
    // The same objects are read several times as different sources: reading takes the same work, and generating more would take minutes.
    const sources = Array.from({ length: COPIES }, () => localFolder(source));
    const { report } = startQueuedRun({
      id: `round-${++number}`,
      request: { pipelines: ['trails'] },
      pipelines: [trailsPipeline({ sources: async () => ({ sources, problems: [] }) })],
      store: nullStore(),
      queue,
      clock: systemClock,
      signal: new AbortController().signal,
    });
    const { totals } = await report;
    if (totals.documents !== events) throw new Error(`${totals.documents} instead of ${events}`);
    const seconds = await Promise.all(processes.map((each) => each.stop()));
    await queue.close();
    return events / seconds.reduce((sum, each) => sum + each, 0);
  };

  const ones: number[] = [];
  const twos: number[] = [];
  for (let count = 0; count < ROUNDS; count++) {
    ones.push(await round(1));
    twos.push(await round(2));
  }
  const print = (bench: string, rate: number) =>
    console.log(
      JSON.stringify({
        bench,
        events,
        events_per_cpu_second: Math.round(rate),
        ratio_to_one_worker: Number((rate / median(ones)).toFixed(3)),
      }),
    );
  print('queue, one worker', median(ones));
  print('queue, two workers', median(twos));
} finally {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
