import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLog, valuesOf } from '../../tests/support/decode-log.ts';
import { ecs } from './ecs.ts';

const TASK = '0123456789abcdef0123456789abcdef';

function documentOf(message: string, object = {}) {
  const { documents, deadLetters } = decodeLog(ecs, `2026-11-21T12:00:00.000Z ${message}`, object);
  assert.deepEqual(deadLetters, []);
  return valuesOf(documents[0]);
}

const json = (record: object) => documentOf(JSON.stringify(record));

test('the stream names container and task, and inventory the service and the cluster of the task', () => {
  const names = {
    ofTask: (account: string | undefined, task: string) =>
      account === '111122223333' && task === TASK ? { cluster: 'prod', service: 'shop', taskArn: `arn:${task}` } : undefined,
  };
  const read = (name: string) => documentOf('hello', { names, account: '111122223333', logStream: { group: '/ecs/shop', name } });
  const at = read(`web/v2/app/${TASK}`);
  assert.deepEqual(
    [at('container.name'), at('service.name'), at('orchestrator'), at('aws.ecs.task')],
    ['app', 'shop', { type: 'ecs', cluster: { name: 'prod' } }, { id: TASK, arn: `arn:${TASK}` }],
  );
  for (const name of [`app-firelens-${TASK}`, `web-app-${TASK}`]) {
    const other = read(name);
    assert.deepEqual([other('container.name'), other('service.name'), other('aws.ecs.task.id')], [undefined, 'shop', TASK]);
  }
  const older = read('web/app/11111111-2222-3333-4444-555555555555');
  assert.deepEqual([older('container.name'), older('service.name')], ['app', undefined]);
  assert.equal(read('other')('aws.ecs.task'), undefined);
});

test('level, message and more come from a line of JSON', () => {
  const at = json({
    level: 'error',
    msg: 'payment failed',
    logger: 'pay',
    user: { name: 'ana' },
    trace_id: 'abc',
    duration_ms: 12.5,
    err: { message: 'timeout' },
    empty: '',
  });
  assert.deepEqual(
    [
      at('log.level'),
      at('message'),
      at('log.logger'),
      at('user.name'),
      at('trace.id'),
      at('event.duration'),
      at('error.message'),
    ],
    ['error', 'payment failed', 'pay', 'ana', 'abc', 12_500_000, 'timeout'],
  );
  assert.deepEqual(at('aws.ecs.log.user'), { name: 'ana' });
  assert.equal(at('aws.ecs.log.empty'), undefined);
});

test('levels have one name each', () => {
  const levels = ['ERROR', 'err', 50, 'Warning', 30, 'CRITICAL', 'SEVERE', 'Information', 'verbose', 'custom'];
  assert.deepEqual(
    levels.map((level) => json({ level, message: 'x' })('log.level')),
    ['error', 'error', 'error', 'warn', 'info', 'fatal', 'error', 'info', 'trace', 'custom'],
  );
  assert.equal(json({ 'log.level': 'warn', message: 'x' })('log.level'), 'warn');
  assert.equal(json({ log: { level: 'WARN' }, message: 'x' })('log.level'), 'warn');
  assert.equal(json({ level: {}, message: 'x' })('log.level'), undefined);
});

test('a line that is no JSON object, or has no message, is the message', () => {
  for (const line of ['2026-11-21 ERROR broken', '{"level":"error"', '[1]', '{"level":"error"}']) {
    assert.equal(documentOf(line)('message'), line);
  }
  assert.equal(documentOf('{"level":"error"}')('log.level'), 'error');
  const deep = `{"message":"x","y":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  assert.deepEqual([documentOf(deep)('message'), documentOf(deep)('aws.ecs.log')], [deep, undefined]);
});

test('messages are recognised by the names of their stream and their group', () => {
  const recognized = (group: string, name: string) => ecs.recognizeMessage?.({ group, name }, 'x');
  assert.equal(recognized('/shop', `web/app/${TASK}`), true);
  assert.equal(recognized('/ecs/shop', 'any'), true);
  assert.equal(recognized('/aws/ecs/containerinsights/prod/performance', `web/app/${TASK}`), false);
  assert.equal(recognized('/shop', '2026/11/21/[$LATEST]abc'), false);
});
