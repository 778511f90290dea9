import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fairQueue } from './fair-queue.ts';

test('lanes take turns, so one long lane does not hold up the others', async () => {
  const queue = fairQueue<string>(100);
  for (const item of ['a1', 'a2', 'a3', 'a4']) await queue.push('a', item);
  await queue.push('b', 'b1');
  await queue.push('c', 'c1');
  queue.close();
  const order: string[] = [];
  for (let item = await queue.take(); item !== undefined; item = await queue.take()) order.push(item);
  assert.deepEqual(order, ['a1', 'b1', 'c1', 'a2', 'a3', 'a4']);
});

test('a full queue holds the planner back until something is taken', async () => {
  const queue = fairQueue<number>(2);
  await queue.push('a', 1);
  await queue.push('a', 2);
  let pushed = false;
  const third = queue.push('a', 3).then(() => {
    pushed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(pushed, false);
  assert.equal(await queue.take(), 1);
  await third;
  assert.equal(await queue.take(), 2);
  assert.equal(await queue.take(), 3);
});

test('takers that wait get the next items, and undefined at the end', async () => {
  const queue = fairQueue<string>(1);
  const first = queue.take();
  const second = queue.take();
  await queue.push('a', 'x');
  queue.close();
  assert.equal(await first, 'x');
  assert.equal(await second, undefined);
  assert.equal(await queue.take(), undefined);
});

test('clear drops the queued items and lets a waiting planner go on', async () => {
  const queue = fairQueue<number>(1);
  await queue.push('a', 1);
  const blocked = queue.push('a', 2);
  queue.clear();
  await blocked;
  assert.equal(await queue.take(), undefined);
});
