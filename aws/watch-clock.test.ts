import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { watchClock } from './watch-clock.ts';

const START = Date.UTC(2026, 10, 21, 8);

/** Measures the offset of a clock that is ahead by `aheadMs`, from answers of AWS that take `tookMs`. */
async function skew(aheadMs: number, answers: readonly { tookMs: number; date?: string }[]): Promise<number | undefined> {
  let now = START;
  const queue = [...answers];
  const watched = watchClock(
    {
      async handle() {
        const { tookMs, date } = queue.shift() ?? { tookMs: 0 };
        now += tookMs / 2;
        const headers = { date: date ?? new Date(now).toUTCString() };
        now += tookMs / 2;
        return { response: new HttpResponse({ statusCode: 200, headers }) };
      },
    },
    { now: () => new Date(now + aheadMs) },
  );
  for (const _ of answers) await watched.wire.handle(new HttpRequest({}));
  return watched.skewMs();
}

test('the offset of the clock is measured by the dates of answers, within the second that a Date header is cut to', async () => {
  for (const aheadMs of [0, 90_000, -400_000]) {
    const measured = await skew(aheadMs, [{ tookMs: 200 }]);
    assert.ok(measured !== undefined && Math.abs(measured - aheadMs) <= 700, `${measured}`);
  }
});

test('a slow answer does not replace the offset of a quick one; an answer without a date is ignored', async () => {
  const slowDate = new Date(START - 60_000).toUTCString();
  const measured = await skew(0, [{ tookMs: 100 }, { tookMs: 120_000, date: slowDate }]);
  assert.ok(measured !== undefined && Math.abs(measured) <= 700, `${measured}`);
  assert.equal(await skew(0, [{ tookMs: 10, date: '' }]), undefined);
  assert.equal(await skew(0, []), undefined);
});
