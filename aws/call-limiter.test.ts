import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCallLimiter } from './call-limiter.ts';

test('never more at once than each limit allows, and all get their turn', async () => {
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
