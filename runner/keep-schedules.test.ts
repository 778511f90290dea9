import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineName } from '../core/batch.ts';
import type { Schedule } from '../core/schedule.ts';
import { keepSchedules } from './keep-schedules.ts';
import { nextDue } from './next-due.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-21T00:00:00Z');

/** Time that passes only when somebody waits for it: `lasts` says how many minutes a run takes. */
async function scene(options: {
  schedules: Partial<Record<PipelineName, Schedule>>;
  lasts?: (pipeline: PipelineName, run: number) => number;
  lastBegan?: Partial<Record<PipelineName, Date>>;
  random?: () => number;
  minutes: number;
}): Promise<string[]> {
  let now = START;
  const sleepers: { at: number; wake: () => void }[] = [];
  const stop = new AbortController();
  const runs: string[] = [];
  const counts = new Map<PipelineName, number>();
  const sleepUntil = (at: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      sleepers.push({ at, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  const done = keepSchedules({
    schedules: () => new Map(Object.entries(options.schedules) as [PipelineName, Schedule][]),
    lastBegan: new Map(Object.entries(options.lastBegan ?? {}) as [PipelineName, Date][]),
    async run(pipelines) {
      runs.push(`${(now - START) / MINUTE} ${pipelines.join('+')}`);
      const first = pipelines[0] as PipelineName;
      const count = (counts.get(first) ?? 0) + 1;
      counts.set(first, count);
      await sleepUntil(now + (options.lasts?.(first, count) ?? 1) * MINUTE);
    },
    clock: { now: () => new Date(now) },
    random: options.random ?? (() => 0),
    wait: (delayMs, signal) => sleepUntil(now + delayMs, signal),
    signal: stop.signal,
  });
  const end = START + options.minutes * MINUTE;
  for (;;) {
    await new Promise(setImmediate);
    sleepers.sort((one, other) => one.at - other.at);
    const next = sleepers.shift();
    if (next === undefined || next.at > end) {
      stop.abort();
      next?.wake();
      for (const { wake } of sleepers) wake();
      await done;
      return runs;
    }
    now = Math.max(now, next.at);
    next.wake();
  }
}

const every = (minutes: number): Schedule => ({ type: 'every', everyMs: minutes * MINUTE });

test('pipelines that are due at the same time are one run, and each has its own interval', async () => {
  const runs = await scene({ schedules: { inventory: every(60), trails: every(20), s3: every(60) }, minutes: 61 });
  assert.deepEqual(runs, ['0 inventory+trails+s3', '20 trails', '40 trails', '60 inventory+trails+s3']);
});

test('no pipeline overlaps itself, other pipelines go on, and missed runs are made up for once', async () => {
  const runs = await scene({
    schedules: { inventory: every(10), trails: every(15) },
    lasts: (pipeline, run) => (pipeline === 'inventory' && run === 1 ? 1 : pipeline === 'inventory' && run === 2 ? 35 : 1),
    minutes: 60,
  });
  assert.deepEqual(runs, [
    '0 inventory+trails',
    '10 inventory',
    '15 trails',
    '30 trails',
    '45 inventory+trails',
    '55 inventory',
    '60 trails',
  ]);
});

test('jitter is added to all but the first run, and is the same for pipelines of one schedule', async () => {
  let draws = 0;
  const random = () => (draws++ % 2 === 0 ? 0.5 : 0.9);
  const runs = await scene({ schedules: { inventory: every(60), s3: every(60) }, random, minutes: 62 });
  assert.deepEqual(runs, ['0 inventory+s3', '60.25 inventory+s3']);
});

test('a pipeline scheduled `never` does not run, and one scheduled `once` runs once', async () => {
  assert.deepEqual(await scene({ schedules: { billing: { type: 'never' }, trails: { type: 'once' } }, minutes: 600 }), [
    '0 trails',
  ]);
});

test('a run at a time of day is waited for, and made up for once where it was missed', async () => {
  const pattern = '30 * * * *';
  const cron: Schedule = { type: 'cron', pattern };
  assert.deepEqual(await scene({ schedules: { billing: cron }, minutes: 100 }), ['30 billing', '90 billing']);
  const lastBegan = { billing: new Date(START - 600 * MINUTE) };
  assert.deepEqual(await scene({ schedules: { billing: cron }, lastBegan, minutes: 40 }), ['0 billing', '30 billing']);
  const recent = { billing: new Date(START - 20 * MINUTE) };
  assert.deepEqual(await scene({ schedules: { billing: cron }, lastBegan: recent, minutes: 40 }), ['30 billing']);
  assert.deepEqual(nextDue(cron, undefined, new Date(START)), new Date(START + 30 * MINUTE));
});
