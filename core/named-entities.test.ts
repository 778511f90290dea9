import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedEntities } from './named-entities.ts';

const named = (document: Parameters<typeof namedEntities>[0]) => [...namedEntities(document)].sort();

test('ids are found anywhere in texts, at any depth, and with the words before them', () => {
  const ids = ['i-0a1b2c3d', 'tgw-attach-0123456789abcdef0', 'attach-0123456789abcdef0'];
  assert.deepEqual(named({ a: [{ b: 'made by CreateImage(i-0a1b2c3d)' }], c: 'tgw-attach-0123456789abcdef0' }), ids.sort());
  assert.deepEqual(named({ a: 'prod-1-vol-0a1b2c3d' }), ['vol-0a1b2c3d']);
});

test('a text that only resembles an id is none', () => {
  assert.deepEqual(named({ a: 'i-0a1b2c3', b: 'i-0a1b2c3d4e5f607189', c: 'I-0a1b2c3d', d: 'well-known', e: 7, f: null }), []);
});

test('an ARN also names what it lies in', () => {
  const alias = 'arn:aws:lambda:eu-west-1:111111111111:function:send';
  assert.deepEqual(named({ a: `${alias}:live` }), ['arn:aws:lambda:eu-west-1:111111111111:function', alias, `${alias}:live`]);
  assert.deepEqual(named({ a: 'arn:aws:s3:::bucket/*' }), ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/*']);
  assert.deepEqual(named({ a: `arn:aws:s3:::bucket/${'/'.repeat(3_000)}` }).length, 1);
});

test('a name counts in members that are called like a kind, and in dimensions', () => {
  assert.deepEqual(named({ aws: { x: { y: { RoleName: 'admin', Description: 'reader' } } } }), ['admin']);
  assert.deepEqual(named({ a: { Dimensions: [{ Name: 'QueueName', Value: 'jobs' }] } }), ['jobs']);
  assert.deepEqual(named({ resource: { dimensions: ['QueueName=jobs', 'Other=a=b'] } }), ['a=b', 'jobs']);
});

test('a long text of words takes linear time', () => {
  assert.deepEqual(named({ a: 'a-'.repeat(200_000) }), []);
});
