import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingRedisServer, type OwnRedis, startOwnRedis } from '../tests/support/own-redis.ts';
import type { TakenJob } from './job-queues.ts';
import { openQueue, type SharedQueue } from './open-queue.ts';
import { openRedis } from './open-redis.ts';
import { jobKey, parseQueuedJob, type QueuedJob } from './queued-job.ts';
import type { SettledCounts } from './run-board.ts';

const skip = missingRedisServer();
let redis: OwnRedis;
const opened: SharedQueue[] = [];

const TAKEOVER_MS = 1_000;
const open = async (limit = 2): Promise<SharedQueue> => {
  const queue = openQueue(await openRedis(redis.url), {
    attempts: 3,
    retryBaseMs: 10,
    perAccountAndService: limit,
    takeoverMs: TAKEOVER_MS,
  });
  opened.push(queue);
  return queue;
};

const queued = (id: string, run = 'run', priority?: 'live' | 'backfill'): QueuedJob => ({
  run,
  job: { id, pipeline: 'trails', lane: id, payload: { of: id }, ...(priority && { priority }) },
});

const COUNTS: SettledCounts = {
  jobs: 1,
  failedJobs: 0,
  documents: 7,
  written: 5,
  dropped: 0,
  deadLetters: 0,
  retired: 0,
  bytes: 100,
};

before(async () => {
  if (skip === false) redis = await startOwnRedis();
});
after(async () => {
  for (const queue of opened) await queue.close();
  await redis?.stop();
});

/** Works until so many jobs were handed out. */
async function worked(queue: SharedQueue, count: number, handle: (taken: TakenJob) => Promise<void> = async () => {}) {
  const seen: string[] = [];
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const working = queue.queues.work(
    'trails',
    { concurrency: 1, takeoverMs: TAKEOVER_MS, onError: () => undefined },
    async (taken) => {
      seen.push(parseQueuedJob(taken.data).job.id);
      if (seen.length === count) done();
      await handle(taken);
    },
  );
  await all;
  await working.close();
  return seen;
}

test('live jobs go before scheduled ones and these before backfills, otherwise in order, and each is given once', {
  skip,
}, async () => {
  const queue = await open();
  await queue.queues.add('trails', [
    queued('old', 'run', 'backfill'),
    queued('b'),
    queued('c'),
    queued('new', 'run', 'live'),
    queued('b'),
  ]);
  assert.deepEqual(await queue.queues.counts('trails'), { waiting: 4, active: 0, delayed: 0, paused: false });
  assert.deepEqual(await worked(queue, 4), ['new', 'b', 'c', 'old']);
  assert.equal((await queue.queues.counts('trails')).waiting, 0);
});

test('a job that fails is tried three times, and a job that is put back has used up no attempt', { skip }, async () => {
  const queue = await open();
  await queue.queues.add('trails', [queued('failing')]);
  const last: boolean[] = [];
  await worked(queue, 4, async (taken) => {
    last.push(taken.last);
    if (last.length === 1) throw await taken.putBack(1);
    throw new Error('not now');
  });
  assert.deepEqual(last, [false, false, false, true]);
});

test('`remove` takes out a job that waits and not one that a worker has; `missing` names the keys of neither', {
  skip,
}, async () => {
  const queue = await open();
  const [held, waiting] = [queued('held'), queued('waiting')];
  await queue.queues.add('trails', [held]);
  await worked(queue, 1, async (taken) => {
    assert.equal(taken.key, jobKey(held));
    assert.equal(await taken.stillOurs(), true);
    await queue.queues.add('trails', [waiting]);
    assert.equal(await queue.queues.remove('trails', jobKey(held)), false);
    assert.equal(await queue.queues.remove('trails', jobKey(waiting)), true);
    assert.deepEqual(await queue.queues.missing('trails', [jobKey(held), jobKey(waiting)]), [jobKey(waiting)]);
  });
});

test('while the queue is paused no worker is given a job; once it is resumed they go on', { skip }, async () => {
  const [one, other] = [await open(), await open()];
  await one.queues.pause();
  await one.queues.add('trails', [queued('patient')]);
  const seen = worked(other, 1);
  await sleep(500);
  assert.equal((await one.status()).paused, true);
  assert.equal((await one.queues.counts('trails')).waiting, 1);
  await other.queues.resume();
  assert.deepEqual(await seen, ['patient']);
});

test('slots of an account are counted over all workers, kept by renewing, and free again when a holder renews no more', {
  skip,
}, async () => {
  const [one, other] = [await open(), await open()];
  assert.equal(await one.leases.take('111111111111/ec2', 'a'), true);
  assert.equal(await other.leases.take('111111111111/ec2', 'b'), true);
  assert.equal(await one.leases.take('111111111111/ec2', 'c'), false);
  assert.equal(await one.leases.take('111111111111/ec2', 'a'), true, 'who has a place keeps it');
  assert.equal(await one.leases.take('111111111111/s3', 'c'), true);
  assert.equal(await one.leases.take('222222222222/ec2', 'c'), true);
  await other.leases.release('111111111111/ec2', 'b');
  assert.equal(await one.leases.take('111111111111/ec2', 'c'), true);
  for (let waited = 0; !(await other.leases.take('111111111111/ec2', 'd')); waited++) {
    assert.ok(waited < 100, 'a silent holder kept its place');
    await one.leases.take('111111111111/ec2', 'a');
    await sleep(TAKEOVER_MS / 5);
  }
  assert.equal(await other.leases.held('111111111111/ec2'), 2, 'the one who renewed, and the new one');
});

test('a job is counted once, however often it was worked on, and a pipeline has one run', { skip }, async () => {
  const { board } = await open();
  assert.equal(await board.claim('s3', 'first'), undefined);
  assert.equal(await board.claim('s3', 'second'), 'first');
  await board.create({ id: 'first', request: { pipelines: ['s3'], source: 's3://b' }, sweepTime: 5 });
  await board.open('first', 's3', ['x', 'y']);
  assert.equal(await board.settle('first', 's3', 'x', COUNTS), true);
  assert.equal(await board.settle('first', 's3', 'x', COUNTS), false);
  assert.deepEqual(await board.counts('first', 's3'), COUNTS);
  assert.deepEqual(await board.openKeys('first', 's3'), ['y']);
  assert.deepEqual(await board.find('first'), {
    id: 'first',
    request: { pipelines: ['s3'], source: 's3://b' },
    sweepTime: 5,
    cancelled: false,
  });
  await board.cancel('first');
  assert.equal((await board.find('first'))?.cancelled, true);
  await board.release('s3', 'second');
  assert.equal(await board.claim('s3', 'second'), 'first', 'nobody gives up what another one has');
  await board.release('s3', 'first');
  await board.forget('first');
  assert.equal(await board.claim('s3', 'second'), undefined);
  assert.equal(await board.find('first'), undefined);
  await board.release('s3', 'second');
});

test('a job of another shape is refused with the field that is wrong', { skip }, () => {
  assert.throws(() => parseQueuedJob({ run: 'r', job: { id: 'x', pipeline: 'none', lane: '', payload: 1 } }), {
    code: 'conflict',
    message: /another shape \(job\.pipeline\)/,
  });
});

test('objects that the jobs of a run left out are counted by reason, with one example of each', { skip }, async () => {
  const { board } = await open();
  await board.create({ id: 'left', request: { pipelines: ['trails'] }, sweepTime: 1 });
  const left = { type: 'left-out', pipeline: 'trails' } as const;
  await board.addObjectCounts('left', [{ ...left, reason: 'no JSON', count: 2, object: 'a' }]);
  await board.addObjectCounts('left', [
    { ...left, reason: 'no JSON', count: 3, object: 'b' },
    { ...left, reason: 'empty', count: 1, object: 'c' },
  ]);
  assert.deepEqual(
    [...(await board.objectCounts('left'))].sort((a, b) => a.count - b.count),
    [
      { ...left, reason: 'empty', count: 1, object: 'c' },
      { ...left, reason: 'no JSON', count: 5, object: 'a' },
    ],
  );
  await board.forget('left');
  assert.deepEqual(await board.objectCounts('left'), []);
});
