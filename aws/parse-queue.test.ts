import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksLikeQueue, parseQueue } from './parse-queue.ts';
import { readBucketList } from './read-bucket-list.ts';
import { parseList } from './read-list.ts';

test('every notation of a queue is parsed', () => {
  for (const [text, region, regional] of [
    ['https://sqs.eu-west-1.amazonaws.com/111122223333/trail-queue', 'eu-west-1', true],
    ['https://sqs.cn-north-1.amazonaws.com.cn/111122223333/trail-queue', 'cn-north-1', true],
    ['https://sqs.us-gov-west-1.amazonaws.com/111122223333/trail-queue', 'us-gov-west-1', true],
    ['https://eu-west-1.queue.amazonaws.com/111122223333/trail-queue', 'eu-west-1', true],
    ['https://queue.amazonaws.com/111122223333/trail-queue', 'us-east-1', true],
    ['arn:aws:sqs:eu-west-1:111122223333:trail-queue', 'eu-west-1', true],
    ['arn:aws-cn:sqs:cn-north-1:111122223333:trail-queue', 'cn-north-1', true],
    ['https://sqs-fips.us-east-2.amazonaws.com/111122223333/trail-queue', 'us-east-2', false],
    ['https://vpce-0a1b-x2y3.sqs.eu-central-1.vpce.amazonaws.com/111122223333/trail-queue', 'eu-central-1', false],
    ['https://sqs.eu-west-1.api.aws/111122223333/trail-queue', 'eu-west-1', false],
    ['http://127.0.0.1:5000/111122223333/trail-queue', undefined, false],
    ['http://localhost:4566/queue/eu-west-1/111122223333/trail-queue', undefined, false],
  ] as const) {
    assert.ok(looksLikeQueue(text), text);
    const queue = parseQueue(text);
    assert.deepEqual(
      [queue?.region, queue?.regional, queue?.account, queue?.name],
      [region, regional, '111122223333', 'trail-queue'],
      text,
    );
  }
  assert.equal(
    parseQueue('arn:aws-cn:sqs:cn-north-1:111122223333:q')?.url,
    'https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q',
  );
});

test('a text that names no queue is refused', () => {
  for (const text of [
    'https://sqs.eu-west-1.amazonaws.com/',
    'https://sqs.eu-west-1.amazonaws.com/1111/queue',
    'https://sqs.eu-west-1.amazonaws.com/111122223333/queue?x=1',
    'https://ana:secret@sqs.eu-west-1.amazonaws.com/111122223333/queue',
    'arn:aws:sqs:eu-west-1:queue',
    'arn:aws:sqs::111122223333:queue',
    'arn:aws:sns:eu-west-1:111122223333:queue',
  ]) {
    assert.equal(parseQueue(text), undefined, text);
  }
});

test('a list may name queues and buckets; a malformed queue is reported as a queue, and one named twice is read once', () => {
  const { entries, queues, problems } = readBucketList(
    parseList(
      [
        'company-trail/AWSLogs log-archive',
        'https://sqs.eu-west-1.amazonaws.com/111122223333/live log-archive',
        'arn:aws:sqs:eu-west-1:111122223333:live',
        'https://sqs.eu-west-1.amazonaws.com/live',
        'arn:aws:sqs:eu-west-1:111122223333:other log-archive twice',
        'arn:aws:sqs:eu-west-1:111122223333:other nobody',
      ].join('\n'),
      'trails.txt',
    ),
    new Set(['log-archive']),
  );
  assert.deepEqual(
    entries.map(({ bucket }) => bucket),
    ['company-trail'],
  );
  assert.deepEqual(
    queues.map(({ line, queue, reader }) => [line.line, queue.name, reader?.type]),
    [[2, 'live', 'profile']],
  );
  assert.deepEqual(
    problems.map(({ severity, where, message }) => [severity, where.line, /queue|live|profile/.test(message)]),
    [
      ['notice', 3, true],
      ['failed', 4, true],
      ['failed', 5, true],
      ['failed', 6, true],
    ],
  );
  assert.match(problems[1]?.next ?? '', /https:\/\/sqs\.REGION/);
});
