import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Pipeline, PlannedJob } from '../core/pipeline.ts';
import type { RunReport, Store } from '../core/store.ts';
import { openQueue, type SharedQueue } from '../queue/open-queue.ts';
import { openRedis } from '../queue/open-redis.ts';
import { jobKey } from '../queue/queued-job.ts';
import { nullStore } from '../tests/support/null-store.ts';
import { missingRedisServer, type OwnRedis, startOwnRedis } from '../tests/support/own-redis.ts';
import { countsOf } from './settled-counts.ts';
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

interface StartOptions {
  readonly id: string;
  readonly pipeline: Pipeline;
  readonly signal?: AbortSignal;
  readonly runs?: RunReport[];
  readonly clock?: Clock;
  readonly saveEveryMs?: number;
}

function start({ id, pipeline, signal = new AbortController().signal, runs = [], clock = systemClock, ...more }: StartOptions) {
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
    pipelines: [pipeline],
    store: { ...store, ledger },
    queue,
    clock,
    signal,
    ...more,
    timing: { lookEveryMs: 20, stopWithinMs: 2_000 },
  });
}

test('a run that is stopped while there is no worker takes back its jobs and ends as interrupted', { skip }, async () => {
  const stop = new AbortController();
  const run = start({ id: 'stopped', pipeline: pipeline('a', 'b', 'c'), signal: stop.signal });
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
  const report = await start({ id: 'next', pipeline: pipeline(), runs }).report;
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

test('a run whose queue is drained by another process ends as interrupted', { skip }, async () => {
  const run = start({ id: 'drained', pipeline: pipeline('a') });
  while ((await queue.queues.counts('trails')).waiting < 1) await new Promise(setImmediate);
  await queue.board.cancel('drained');
  assert.equal((await run.report).state, 'interrupted');
});

test('a run over workers shows the expected jobs and the time left, and saves in between what has ended', {
  skip,
}, async () => {
  const ids = ['1', '2', '3', '4'];
  const lastPlanned = Promise.withResolvers<void>();
  const runs: RunReport[] = [];
  let time = Date.UTC(2026, 10, 21);
  const run = start({
    id: 'expecting',
    pipeline: {
      ...pipeline(),
      async *plan({ expect }) {
        expect?.(8);
        yield* ids.slice(0, 3).map(planned);
        await lastPlanned.promise;
        expect?.(ids.length);
        yield planned('4');
      },
    },
    clock: { now: () => new Date(time) },
    runs,
    saveEveryMs: 10,
  });
  const shown = () => run.progress().pipelines[0];
  const until = async (reached: () => boolean): Promise<void> => {
    while (!reached()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const settle = async (id: string): Promise<void> => {
    const { job } = planned(id);
    const ended = new Date(time).toISOString();
    const counts = { documents: 5, dropped: 0, deadLetters: 0, retired: 0, bytes: 50 };
    const report = { ...job, ...counts, run: 'expecting', state: 'succeeded', started: ended, ended, problems: [] } as const;
    const key = jobKey({ run: 'expecting', job });
    await queue.queues.remove('trails', key);
    await queue.board.settle('expecting', 'trails', key, countsOf(report, 5));
  };

  await until(() => shown()?.planned === 3);
  assert.deepEqual([shown()?.planning, shown()?.expected, shown()?.leftMs], [true, 8, undefined]);
  time += 60_000;
  while ((await queue.queues.counts('trails')).waiting < 3) await new Promise(setImmediate);
  await settle('1');
  await settle('2');
  await until(() => shown()?.done === 2);
  assert.equal(shown()?.leftMs, 180_000, 'two of the expected eight took a minute');
  await until(() => runs[0]?.totals.jobs === 2);
  assert.deepEqual([runs[0]?.state, runs[0]?.totals.documents], ['running', 10]);

  lastPlanned.resolve();
  await until(() => shown()?.planning === false);
  assert.deepEqual([shown()?.planned, shown()?.expected, shown()?.leftMs], [4, 4, 60_000]);
  while ((await queue.queues.counts('trails')).waiting < 2) await new Promise(setImmediate);
  await settle('3');
  await settle('4');
  const { state, totals } = await run.report;
  assert.deepEqual([state, totals.jobs, totals.documents, totals.written], ['succeeded', 4, 20, 20]);
  assert.equal(shown()?.leftMs, 0);
});
