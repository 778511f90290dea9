import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNotification } from './parse-notification.ts';

const record = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-west-1',
  eventTime: '2026-11-20T10:05:00.000Z',
  eventName,
  s3: { bucket: { name: 'trail', arn: 'arn:aws:s3:::trail' }, object: { key, size: 1024, eTag: 'abc', sequencer: '00' } },
});
const direct = (...keys: string[]) => JSON.stringify({ Records: keys.map((key) => record(key)) });
const bridged = (key: string, kind = 'Object Created') =>
  JSON.stringify({
    version: '0',
    id: 'e',
    'detail-type': kind,
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-11-20T10:05:00Z',
    region: 'eu-west-1',
    detail: { bucket: { name: 'trail' }, object: { key, size: 1024, etag: 'abc', sequencer: '00' }, reason: 'PutObject' },
  });
const throughSns = (Message: string) =>
  JSON.stringify({ Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t', Message });

const found = (body: string) => {
  const notification = parseNotification(body);
  assert.equal(notification.type, 'objects', JSON.stringify(notification));
  return notification.type === 'objects' ? notification.objects : [];
};

test('every kind of notification yields the same object', () => {
  const object = {
    bucket: 'trail',
    key: 'AWSLogs/a b+ü.json.gz',
    etag: 'abc',
    size: 1024,
    modified: Date.UTC(2026, 10, 20, 10, 5),
    region: 'eu-west-1',
  };
  const encoded = 'AWSLogs/a+b%2B%C3%BC.json.gz';
  assert.deepEqual(found(direct(encoded)), [object]);
  assert.deepEqual(found(throughSns(direct(encoded))), [object]);
  // EventBridge does not encode keys.
  assert.deepEqual(found(bridged(object.key)), [object]);
  assert.deepEqual(found(throughSns(bridged(object.key))), [object]);
});

test('all records of a message are found, and all keys in a message from the SNS topic of a trail', () => {
  assert.deepEqual(
    found(direct('a.json', 'b.json')).map(({ key }) => key),
    ['a.json', 'b.json'],
  );
  const topic = JSON.stringify({ s3Bucket: 'trail', s3ObjectKey: ['a+b.json.gz', 'c.json.gz'] });
  assert.deepEqual(
    found(throughSns(topic)).map(({ bucket, key, etag }) => [bucket, key, etag]),
    [
      ['trail', 'a+b.json.gz', undefined],
      ['trail', 'c.json.gz', undefined],
    ],
  );
});

test('test messages and messages about other events announce no object', () => {
  const testEvent = {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: '2026-11-20T10:00:00Z',
    Bucket: 'trail',
    RequestId: 'r',
    HostId: 'h',
  };
  assert.deepEqual(found(JSON.stringify(testEvent)), []);
  assert.deepEqual(found(throughSns(JSON.stringify(testEvent))), []);
  assert.deepEqual(found(JSON.stringify({ Records: [record('a.json', 'ObjectRemoved:Delete')] })), []);
  assert.deepEqual(found(bridged('a.json', 'Object Deleted')), []);
  assert.deepEqual(
    found(JSON.stringify({ Type: 'UnsubscribeConfirmation', TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t' })),
    [],
  );
});

test('the validation message of a topic announces no object, wrapped or not', () => {
  assert.deepEqual(found('CloudTrail validation message.'), []);
  assert.deepEqual(found(throughSns('CloudTrail validation message.')), []);
});

test('a recorded call that creates an object announces it; other calls announce nothing', () => {
  const call = (eventName: string, rest: object = {}) =>
    JSON.stringify({
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.s3',
      detail: {
        eventSource: 's3.amazonaws.com',
        eventName,
        eventTime: '2026-11-20T10:05:00Z',
        awsRegion: 'eu-west-1',
        requestParameters: { bucketName: 'trail', key: 'AWSLogs/a b+.json.gz' },
        ...rest,
      },
    });
  const object = { bucket: 'trail', key: 'AWSLogs/a b+.json.gz', modified: Date.UTC(2026, 10, 20, 10, 5), region: 'eu-west-1' };
  for (const name of ['PutObject', 'CopyObject', 'CompleteMultipartUpload']) {
    assert.deepEqual(found(call(name)), [{ ...object, etag: undefined, size: undefined }]);
    assert.deepEqual(found(throughSns(call(name))), found(call(name)));
  }
  assert.deepEqual(found(call('GetObject')), []);
  assert.deepEqual(found(call('PutObject', { errorCode: 'AccessDenied' })), []);
  assert.equal(parseNotification(call('PutObject', { requestParameters: null })).type, 'unknown');
});

test('an invalid size and an invalid region are left undefined', () => {
  const { s3, ...rest } = record('a.json');
  for (const size of [-1, 1.5, 'many', null]) {
    const odd = { ...rest, awsRegion: 'example.com/x', s3: { ...s3, object: { ...s3.object, size } } };
    const [object] = found(JSON.stringify({ Records: [odd] }));
    assert.deepEqual([object?.size, object?.region], [undefined, undefined], String(size));
  }
});

test('a message of another form yields the reason and the next step, without its token', () => {
  for (const [body, reason] of [
    ['hello', /not JSON/],
    ['null', /neither/],
    ['[]', /neither/],
    ['{"Records":[]}', /neither/],
    ['{"Records":[{"eventSource":"aws:ses"}]}', /neither/],
    [direct('100%.json'), /URL-encoded/],
    [throughSns('hello'), /that arn:aws:sns.* forwarded is not JSON/],
    [JSON.stringify({ source: 'aws.s3', 'detail-type': 'Object Created', detail: {} }), /without bucket or key/],
  ] as const) {
    const notification = parseNotification(body);
    assert.ok(notification.type === 'unknown', body);
    assert.match(notification.reason, reason);
    assert.notEqual(notification.next, '');
  }
  const confirmation = parseNotification(
    JSON.stringify({ Type: 'SubscriptionConfirmation', TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t', Token: 'geheim' }),
  );
  assert.ok(confirmation.type === 'unknown');
  assert.match(confirmation.next, /confirm-subscription/);
  assert.doesNotMatch(JSON.stringify(confirmation), /geheim/);
});
