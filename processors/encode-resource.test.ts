import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../core/json.ts';
import { encodeResource, type SeenResource } from './encode-resource.ts';

const seen: SeenResource = {
  kind: { name: 'ec2-instance', service: 'ec2', call: 'DescribeInstances', recordField: 'aws.ec2.instance', sharesArn: false },
  sweep: {
    account: '111111111111',
    region: 'eu-west-1',
    kind: 'ec2-instance',
    scope: '',
    time: Date.parse('2026-11-21T23:59:59Z'),
  },
  account: '111111111111',
  accountName: 'one',
  region: 'eu-west-1',
  id: 'i-1',
  arn: 'arn:aws:ec2:eu-west-1:111111111111:instance/i-1',
  name: 'web',
  state: 'running',
  created: '2026-01-02T03:04:05.000Z',
  zone: 'eu-west-1a',
  tags: { Name: 'web', 'a.b': 'c=d' },
  fields: { 'resource.vcpus': null, 'resource.instance_type': 'x9.huge' },
  fingerprint: 'f',
  record: { InstanceId: 'i-1', 'odd.key': { 'a.b': [1] } },
};
const body = (document: { body: Uint8Array }) => JSON.parse(Buffer.from(document.body).toString()) as Record<string, JsonObject>;

test('history keeps one document per sweep and current state is replaced by the newer sweep, both with the same body', () => {
  const [history, current] = encodeResource(seen);
  assert.deepEqual(
    [history.index, history.id, history.operation, history.version],
    ['awscli-2026.11.21', `${seen.arn}@2026-11-21T23:59:59.000Z`, 'create', undefined],
  );
  assert.deepEqual(
    [current.index, current.id, current.operation, current.version],
    ['awscli-current', seen.arn, 'replace', seen.sweep.time],
  );
  assert.equal(history.body, current.body);
  assert.equal(Buffer.from(current.body).includes(0x0a), false);
});

test('the record stands unchanged under its own field, and an unknown size is null', () => {
  const { aws, resource } = body(encodeResource(seen)[1]);
  assert.deepEqual(aws, { ec2: { instance: seen.record } });
  assert.equal(resource?.vcpus, null);
  assert.deepEqual(resource?.tags, seen.tags);
  assert.deepEqual(resource?.tag_pairs, ['Name=web', 'a.b=c=d']);
});

test('without an ARN the key is account, region, type and id', () => {
  const [, current] = encodeResource({ ...seen, arn: undefined });
  assert.equal(current.id, '111111111111:eu-west-1:ec2-instance:i-1');
});

test('a key too long for an _id is hashed, and stays as text', () => {
  const arn = `arn:aws:ec2:eu-west-1:111111111111:instance/${'x'.repeat(600)}`;
  const [history, current] = encodeResource({ ...seen, arn });
  assert.match(current.id, /^[\w-]{43}$/);
  assert.notEqual(current.id, history.id);
  assert.equal(body(current).resource?.key, arn);
});

test('the document lists what it names, its own id among it, unless its kind is never shown as connected', () => {
  const record = { VpcId: 'vpc-0a1b2c3d', Role: 'arn:aws:iam::111111111111:role/app' };
  const { related } = body(encodeResource({ ...seen, arn: undefined, record })[1]);
  assert.deepEqual(related?.entity, ['i-1', 'vpc-0a1b2c3d', record.Role, 'arn:aws:iam::111111111111:role']);
  const report = { ...seen.kind, name: 'iam-credential-report' };
  assert.equal(body(encodeResource({ ...seen, kind: report, record })[1]).related, undefined);
});
