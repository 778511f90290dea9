import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { missingRedisServer, startOwnRedis } from '../tests/support/own-redis.ts';
import { openRedis } from './open-redis.ts';

const skip = missingRedisServer();
const refused = (url: string, expected: object) => assert.rejects(openRedis(url), expected);

test('a wrong address of a Redis is refused without repeating it, since it may hold a password', async () => {
  for (const url of ['http://host', 'redis://', 'secret', 'redis://:secret@host/notanumber']) {
    await refused(url, (error: Error & { code: string }) => error.code === 'usage' && !/secret/.test(error.message));
  }
});

test('a Redis that is not running is reported as unreachable', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await refused(`redis://:secret@127.0.0.1:${port}`, {
    code: 'unreachable',
    message: new RegExp(`127.0.0.1:${port}.*ECONNREFUSED`),
  });
  await refused('redis://no-such-host.invalid', { code: 'unreachable', message: /no-such-host/ });
});

test('a password that is missing or wrong is reported with what to set', { skip }, async () => {
  const redis = await startOwnRedis(['--requirepass', 'right'], 'right');
  try {
    const at = `127.0.0.1:${redis.port}`;
    await refused(`redis://${at}`, { code: 'credentials', message: /asks for a password/ });
    await refused(`redis://:wrong@${at}`, { code: 'credentials', message: /refuses the user or password/ });
    const opened = await openRedis(`redis://:right@${at}`);
    assert.equal(opened.name, at);
    assert.match(opened.notices.join(), /append-only/);
    opened.close();
  } finally {
    await redis.stop();
  }
});

test('a Redis that would drop jobs is refused', { skip }, async () => {
  const redis = await startOwnRedis(['--maxmemory-policy', 'allkeys-lru']);
  try {
    await refused(redis.url, { code: 'conflict', message: /allkeys-lru/, next: /noeviction/ });
  } finally {
    await redis.stop();
  }
});
