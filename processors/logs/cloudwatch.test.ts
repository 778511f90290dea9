import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unpack } from '../../core/unpack.ts';
import { type DecodedLog, decodeLog, valuesOf } from '../../tests/support/decode-log.ts';
import { cloudwatch } from './cloudwatch.ts';
import { ec2 } from './ec2.ts';
import { recognizeLogMessage } from './recognize-log-object.ts';

const TASK = '0123456789abcdef0123456789abcdef';

const record = (logGroup: string, logStream: string, messages: readonly string[], messageType = 'DATA_MESSAGE') =>
  JSON.stringify({
    messageType,
    owner: '111122223333',
    logGroup,
    logStream,
    subscriptionFilters: ['all'],
    logEvents: messages.map((message, index) => ({ id: `${logStream}-${index}`, timestamp: 1_795_262_400_000 + index, message })),
  });

/** As Firehose writes records that CloudWatch Logs has compressed. */
const firehose = (...records: readonly string[]): Buffer => Buffer.concat(records.map((one) => gzipSync(one)));

const idsOf = (documents: DecodedLog['documents']) => documents.map(({ index, id }) => `${index} ${id}`);

async function unpacked(bytes: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  async function* whole() {
    yield bytes;
  }
  for await (const piece of unpack(whole(), 16 * 1024)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('a subscription is read through all members of its gzip file, and control messages are counted', async () => {
  const control = record('', '', ['CWL CONTROL MESSAGE: Checking health of destination Firehose.'], 'CONTROL_MESSAGE');
  const stored = firehose(control, record('/app', 'a', ['one', 'two']), control, record('/app', 'b', ['three']));
  // With its own compression on, Firehose packs the members once more.
  for (const content of [stored, gzipSync(stored)]) {
    const { documents, deadLetters, dropped } = decodeLog(cloudwatch, await unpacked(content), {
      region: undefined,
    });
    assert.deepEqual(deadLetters, []);
    assert.deepEqual(dropped, ['control messages of CloudWatch Logs', 'control messages of CloudWatch Logs']);
    assert.deepEqual(idsOf(documents), [
      'awslogs-cloudwatch-2026.11.21 a-0',
      'awslogs-cloudwatch-2026.11.21 a-1',
      'awslogs-cloudwatch-2026.11.21 b-0',
    ]);
    assert.deepEqual(documents[1]?.body, {
      '@timestamp': '2026-11-21T12:00:00.001Z',
      data_stream: { type: 'logs', dataset: 'aws.cloudwatch_logs', namespace: 'default' },
      event: { kind: 'event', module: 'aws', dataset: 'aws.cloudwatch_logs', ingested: '2026-11-21T10:05:00.000Z', id: 'a-1' },
      cloud: { provider: 'aws', account: { id: '111122223333', name: 'prod' } },
      message: 'two',
      orgscope: { message_pattern: 'two' },
      log: { file: { path: '/app/a' } },
      aws: { cloudwatch: { log_group: '/app', log_stream: 'a' } },
    });
  }
});

test('each message of a subscription goes to the dataset that recognises it', () => {
  const query = JSON.stringify({
    query_timestamp: '2026-11-21T12:00:00Z',
    query_name: 'x.example.com.',
    account_id: '444455556666',
  });
  const content = [
    record('/shop/plain', 'x', ['hello']),
    record('/var/log/messages', 'i-0123456789abcdef0', ['Nov 21 12:00:00 ip-10-0-0-5 sshd[7]: Failed password']),
    record('/shop/web', `web/app/${TASK}`, ['{"level":"ERROR","msg":"broken"}']),
    record('/dns', 'vpc-1', [query]),
    record('aws-waf-logs-shop', 'eu-west-1', ['{}']),
  ].join('');
  const { documents, deadLetters } = decodeLog(cloudwatch, content, { datasetOfMessage: recognizeLogMessage });
  assert.deepEqual(
    documents.map(({ index }) => index),
    ['awslogs-cloudwatch-2026.11.21', 'awslogs-ec2-2026.11.21', 'awslogs-ecs-2026.11.21', 'awslogs-route53_resolver-2026.11.21'],
  );
  assert.equal(valuesOf(documents[3])('cloud.account.id'), '444455556666');
  assert.equal(valuesOf(documents[3])('aws.cloudwatch.log_group'), '/dns');
  assert.equal(deadLetters.length, 1);
  assert.match(deadLetters[0] as string, /^byte \d+, event 1: has no timestamp$/);
});

test('a dataset that the user names reads subscriptions and exports too', () => {
  const line = 'Nov 21 12:00:00 ip-10-0-0-5 kernel: Out of memory';
  const { documents: subscribed } = decodeLog(ec2, record('/any', 'any', [line]));
  const { documents: exported } = decodeLog(ec2, `2026-11-21T12:00:00.000Z ${line}\n`);
  for (const document of [subscribed[0], exported[0]]) assert.equal(valuesOf(document)('process.name'), 'kernel');
});

test('an export keeps the line, and has the stream of its name', () => {
  const name = `s3://logs/exports/11111111-2222-3333-4444-555555555555/web-app-${TASK}/000000.gz`;
  const content = '2026-11-21T12:00:00.000Z Error: x\n  at y\n2026-11-21T12:00:01.000Z \n';
  const { documents, deadLetters } = decodeLog(cloudwatch, content, { name, identity: 'etag' });
  assert.deepEqual(deadLetters, []);
  assert.deepEqual(idsOf(documents), ['awslogs-cloudwatch-2026.11.21 etag:0', 'awslogs-cloudwatch-2026.11.21 etag:41']);
  const at = valuesOf(documents[0]);
  assert.equal(at('message'), '2026-11-21T12:00:00.000Z Error: x\n  at y');
  assert.equal(at('aws.cloudwatch.log_stream'), `web-app-${TASK}`);
  assert.deepEqual(at('log'), { file: { path: name }, offset: 0 });
});

test('lines of an object without times have the time at which it was written, and an object that is cut is reported', () => {
  const { documents, deadLetters } = decodeLog(cloudwatch, 'one\ntwo\n', { written: '2026-11-21T11:00:00.000Z' });
  assert.deepEqual(deadLetters, []);
  const parts = documents.map((document) => [valuesOf(document)('@timestamp'), valuesOf(document)('message')]);
  assert.deepEqual(parts, [
    ['2026-11-21T11:00:00.000Z', 'one'],
    ['2026-11-21T11:00:00.000Z', 'two'],
  ]);
  const cut = decodeLog(cloudwatch, record('/app', 'a', ['one']).slice(0, -2));
  assert.deepEqual([cut.documents, cut.last], [[], 'invalid']);
});

test('objects are recognised by their names and by their first line', () => {
  const task = '11111111-2222-3333-4444-555555555555';
  assert.deepEqual(cloudwatch.recognizeKey(`s3://logs/exports/${task}/a-b/000012.gz`), {});
  assert.equal(cloudwatch.recognizeKey(`s3://logs/exports/${task}/a-b/other.gz`), undefined);
  assert.equal(cloudwatch.recognizeLine?.('2026-11-21T12:00:00.000Z START RequestId: 1'), true);
  assert.equal(cloudwatch.recognizeLine?.(record('/app', 'a', [])), true);
  const syslog = '2026-11-21T12:00:00.000Z Nov 21 12:00:00 host sshd[7]: x';
  assert.equal(cloudwatch.recognizeLine?.(syslog), false);
  assert.equal(ec2.recognizeLine?.(syslog), true);
  assert.equal(cloudwatch.recognizeLine?.('2 123456789012 eni-1 10.0.0.1'), false);
});
