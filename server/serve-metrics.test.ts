import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrgscopeError } from '../core/problem.ts';
import { prometheusMeter } from './prometheus-meter.ts';
import { serveMetrics } from './serve-metrics.ts';

const metrics = prometheusMeter({ clock: { now: () => new Date(0) }, version: '1.2.3', deliveryTimes: new Map() });

async function start(host: string, token: string | undefined) {
  const unready: unknown[] = [];
  let store: () => Promise<void> = async () => undefined;
  const serving = await serveMetrics({
    host,
    port: 0,
    token,
    metrics,
    ready: () => store(),
    onUnready: (error) => void unready.push(error),
  });
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${serving.port}${path}`, { headers });
  const breakStore = (how: () => Promise<void>): void => {
    store = how;
  };
  return { ...serving, ask, unready, breakStore };
}

test('a worker tells its numbers and whether its store answers', async () => {
  const worker = await start('127.0.0.1', undefined);
  try {
    assert.equal((await worker.ask('/healthz')).status, 200);
    assert.equal((await worker.ask('/readyz')).status, 200);
    const numbers = await worker.ask('/metrics');
    assert.match(numbers.headers.get('content-type') as string, /^text\/plain; version=0\.0\.4/);
    assert.match(await numbers.text(), /^orgscope_info\{version="1\.2\.3"\} 1$/m);
    worker.breakStore(() => Promise.reject(new OrgscopeError('credentials', 'http://engine:9200 refused ana', 'n')));
    const refused = await worker.ask('/readyz');
    assert.equal(refused.status, 503);
    assert.deepEqual(await refused.json(), { status: 'unavailable', reason: 'the store does not answer (credentials)' });
    assert.match(String(worker.unready[0]), /refused ana/, 'the whole of it is for the log');
    assert.equal((await worker.ask('/healthz')).status, 200, 'a process is not restarted for what its store does');
    assert.equal((await worker.ask('/api/status')).status, 404);
  } finally {
    await worker.close();
  }
});

test('beyond the loopback the numbers take the token, and without one nothing is opened', async () => {
  await assert.rejects(start('0.0.0.0', undefined), { code: 'usage', message: /need a token/ });
  const worker = await start('0.0.0.0', 'a-token');
  try {
    for (const headers of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[]) {
      const refused = await worker.ask('/metrics', headers);
      assert.equal(refused.status, 401);
      assert.equal(await refused.text(), '');
    }
    assert.equal((await worker.ask('/metrics', { authorization: 'Bearer a-token' })).status, 200);
    assert.equal((await worker.ask('/healthz')).status, 200);
    assert.equal((await worker.ask('/readyz')).status, 200);
  } finally {
    await worker.close();
  }
});
