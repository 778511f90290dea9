import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../core/clock.ts';
import type { Pipeline, PlannedJob } from '../core/pipeline.ts';
import type { RunReport, Store } from '../core/store.ts';
import { openQueue, type SharedQueue } from '../queue/open-queue.ts';
import { openRedis } from '../queue/open-redis.ts';
import { jobKey } from '../queue/queued-job.ts';
import { nullStore } from '../tests/support/null-store.ts';
import { missingRedisServer, type OwnRedis, startOwnRedis } from '../tests/support/own-redis.ts';
import { startQueuedRun } from './start-queued-run.ts';

const skip = missingRedisServer();
let redis: OwnRedis;
let queue: SharedQueue;
before(async () => {
  if (skip !== false) return;
  redis = await startOwnRedis();
  const options = { attempts: 3, retryBaseMs: 10, perAccountAndService: 2, takeoverMs: 5_000 };
  queue = openQueue(await openRedis(redis.url), options);
});
after(async () => {
  await queue?.close();
  await redis?.stop();
});

const planned = (id: string): PlannedJob => ({
  job: { id, pipeline: 'trails', lane: id, payload: null },
  async *run() {},
});
const pipeline = (...ids: string[]): Pipeline => ({
  name: 'trails',
  concurrency: 1,
  async *plan() {
    yield* ids.map(planned);
  },
  revive: async (job) => planned(job.id),
});

function start(id: string, ids: readonly string[], signal: AbortSignal, runs: RunReport[] = []) {
  const store: Store = nullStore();
  const ledger: Store['ledger'] = {
    ...store.ledger,
    runs: async () => runs,
    saveRun: async (run) => {
      runs.splice(0, runs.length, run, ...runs.filter((each) => each.id !== run.id));
    },
  };
  return startQueuedRun({
    id,
    request: { pipelines: ['trails'] },
    pipelines: [pipeline(...ids)],
    store: { ...store, ledger },
    queue,
    clock: systemClock,
    signal,
    timing: { lookEveryMs: 20, stopWithinMs: 2_000 },
  });
}

test('stopped while nobody works: what waits is taken back, and the run is interrupted', { skip }, async () => {
  const stop = new AbortController();
  const run = start('stopped', ['a', 'b', 'c'], stop.signal);
  while ((await queue.queues.counts('trails')).waiting < 3) await new Promise(setImmediate);
  assert.equal(run.progress().pipelines[0]?.planned, 3);
  stop.abort();
  const report = await run.report;
  assert.deepEqual([report.state, report.totals.jobs], ['interrupted', 0]);
  assert.equal((await queue.queues.counts('trails')).waiting, 0);
  assert.deepEqual(await queue.board.current(), []);
});

test('a run whose planner died is ended as interrupted by the next one', { skip }, async () => {
  const left = { run: 'dead', job: planned('left').job };
  await queue.board.claim('trails', 'dead');
  await queue.board.create({ id: 'dead', request: { pipelines: ['trails'] }, sweepTime: 1 });
  await queue.board.open('dead', 'trails', [jobKey(left), 'never-given']);
  await queue.queues.add('trails', [left]);
  const runs = [
    {
      id: 'dead',
      pipelines: ['trails'],
      state: 'running',
      started: '2026-11-21T00:00:00Z',
      problems: [],
      totals: { skippedSources: 0 },
    },
  ] as unknown as RunReport[];
  const report = await start('next', [], new AbortController().signal, runs).report;
  assert.equal(report.state, 'succeeded');
  assert.deepEqual(
    runs.map(({ id, state }) => [id, state]),
    [
      ['next', 'succeeded'],
      ['dead', 'interrupted'],
    ],
  );
  assert.equal((await queue.queues.counts('trails')).waiting, 0);
  assert.equal(await queue.board.find('dead'), undefined);
});

test('drained by somebody else, a run ends as interrupted', { skip }, async () => {
  const run = start('drained', ['a'], new AbortController().signal);
  while ((await queue.queues.counts('trails')).waiting < 1) await new Promise(setImmediate);
  await queue.board.cancel('drained');
  assert.equal((await run.report).state, 'interrupted');
});

test('a run over workers shows how many jobs are expected, and the time that is left', { skip }, async () => {
  const stop = new AbortController();
  const clock = { now: () => new Date(Date.UTC(2026, 10, 28) + elapsedMs) };
  let elapsedMs = 0;
  let planMore = (): void => undefined;
  const wait = new Promise<void>((resolve) => {
    planMore = resolve;
  });
  const run = startQueuedRun({
    id: 'expected',
    request: { pipelines: ['trails'] },
    pipelines: [
      {
        ...pipeline(),
        async *plan(context) {
          context.expect?.(10);
          yield planned('first');
          await wait;
        },
      },
    ],
    store: nullStore(),
    queue,
    clock,
    signal: stop.signal,
    timing: { lookEveryMs: 20, stopWithinMs: 2_000 },
  });
  while ((await queue.queues.counts('trails')).waiting < 1) await new Promise(setImmediate);
  const [key = ''] = await queue.board.openKeys('expected', 'trails');
  const counts = { failedJobs: 0, documents: 5, written: 5, dropped: 0, deadLetters: 0, retired: 0, bytes: 50 };
  await queue.board.settle('expected', 'trails', key, { jobs: 1, ...counts });
  elapsedMs = 10_000;
  while (run.progress().pipelines[0]?.done !== 1) await new Promise(setImmediate);
  const [progress] = run.progress().pipelines;
  // One of ten took ten seconds.
  assert.deepEqual(
    [progress?.planning, progress?.planned, progress?.expected, progress?.documents, progress?.leftMs],
    [true, 1, 10, 5, 90_000],
  );
  planMore();
  stop.abort();
  await run.report;
});
