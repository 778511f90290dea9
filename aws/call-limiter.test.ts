import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCallLimiter } from './call-limiter.ts';

test('no limit is exceeded at any moment, and every call gets its turn', async () => {
  const limit = createCallLimiter({ perService: 2, overall: 5 });
  const running = new Map<string, number>();
  let all = 0;
  let most = 0;
  const mostOf = new Map<string, number>();
  const results = await Promise.all(
    Array.from({ length: 60 }, (_, index) => {
      const key = `account-${index % 3}`;
      return limit(key, async () => {
        all += 1;
        running.set(key, (running.get(key) ?? 0) + 1);
        most = Math.max(most, all);
        mostOf.set(key, Math.max(mostOf.get(key) ?? 0, running.get(key) ?? 0));
        await new Promise(setImmediate);
        all -= 1;
        running.set(key, (running.get(key) ?? 0) - 1);
        if (index === 7) throw new Error('one fails');
        return index;
      }).catch((error: Error) => error.message);
    }),
  );
  assert.equal(most, 5);
  assert.equal(Math.max(...mostOf.values()), 2);
  assert.equal(results[7], 'one fails');
  assert.equal(results.filter((result) => typeof result === 'number').length, 59);
});

/** A clock that moves on only when every caller waits for it. */
function virtualTime() {
  let now = 0;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const wait = (delayMs: number): Promise<void> =>
    new Promise((wake) => {
      sleepers.push({ until: now + delayMs, wake });
      sleepers.sort((a, b) => a.until - b.until);
    });
  const pass = async <Result>(work: Promise<Result>): Promise<Result> => {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    for (;;) {
      await new Promise(setImmediate);
      const next = sleepers.shift();
      if (next === undefined || done) return work;
      now = next.until;
      next.wake();
    }
  };
  return { now: () => now, wait, pass };
}

test('a throttled key pauses, goes at half the rate and recovers by successes; other keys are not slowed down', async () => {
  const time = virtualTime();
  const limit = createCallLimiter({ perService: 1, overall: 5 }, time);
  const calls = async (key: string, count: number): Promise<number[]> => {
    const starts: number[] = [];
    for (let call = 0; call < count; call++) await limit(key, async () => void starts.push(time.now()));
    return starts;
  };
  assert.deepEqual(await time.pass(calls('busy', 3)), [0, 0, 0]);
  await limit('busy', async (throttled) => {
    throttled();
    // Calls that run at the same time are throttled together, which slows the key down only once.
    throttled();
  });
  const [slow, other] = await time.pass(Promise.all([calls('busy', 202), calls('other', 2)]));
  assert.deepEqual(other, [0, 0]);
  assert.deepEqual(slow.slice(0, 3), [1000, 1050, 1100]);
  assert.equal(Math.round((slow[201] as number) - (slow[200] as number)), Math.round(1000 / 22));
  for (let more = 0; more < 10; more++) {
    await time.pass(time.wait(1_000));
    await limit('busy', async (throttled) => throttled());
  }
  const [first = 0, second = 0] = await time.pass(calls('busy', 2));
  assert.equal(second - first, 1000);
  const recovered = await time.pass(calls('busy', 4_000));
  assert.equal(recovered.at(-1), recovered.at(-2));
});

for (const { perSecond, burst } of [
  { perSecond: 20, burst: 100 },
  { perSecond: 5, burst: 25 },
]) {
  test(`of many calls to an API that allows ${perSecond} a second fewer than one in a hundred is throttled`, async () => {
    const time = virtualTime();
    const limit = createCallLimiter({ perService: 4, overall: 64 }, time);
    let tokens = burst;
    let filled = 0;
    let throttles = 0;
    const admitted = (): boolean => {
      tokens = Math.min(burst, tokens + ((time.now() - filled) / 1000) * perSecond);
      filled = time.now();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    };
    const call = () =>
      limit('key', async (throttled) => {
        // Repeats the call as the SDK does.
        for (let delayMs = 250; ; delayMs *= 2) {
          await time.wait(100);
          if (admitted()) return;
          throttles += 1;
          throttled();
          await time.wait(delayMs);
        }
      });
    await time.pass(Promise.all(Array.from({ length: 5_000 }, call)));
    assert.ok(throttles > 0 && throttles < 50, `${throttles} of 5000`);
    const seconds = time.now() / 1000;
    assert.ok(seconds < (1.5 * 5_000) / perSecond, `${seconds} s at ${perSecond} a second`);
  });
}
