import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { addOperationsRoutes } from './operations-routes.ts';

test('a store that hangs is said so in time, and asked once, however many probes come', async () => {
  let asked = 0;
  const answers: (() => void)[] = [];
  const app = fastify();
  const ready = () => {
    asked++;
    return new Promise<void>((resolve) => answers.push(resolve));
  };
  const unready: unknown[] = [];
  addOperationsRoutes(app, { ready }, (error) => unready.push(error), 10);
  const probe = async () => (await app.inject('/readyz')).statusCode;
  assert.deepEqual([await probe(), await probe()], [503, 503]);
  assert.equal(asked, 1);
  assert.match(String(unready[0]), /did not answer within 0.01 s/);
  assert.equal((await app.inject('/healthz')).statusCode, 200);
  assert.equal((await app.inject('/metrics')).statusCode, 404, 'where nothing is counted');
  answers[0]?.();
  // It is asked anew, and not believed for good.
  assert.equal(await probe(), 503);
  assert.equal(asked, 2);
  answers[1]?.();
  await app.close();
});
