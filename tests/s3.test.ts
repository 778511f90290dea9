import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { s3Prefix } from '../collectors/objects/s3-prefix.ts';
import type { Document } from '../core/document.ts';
import type { SourceObject } from '../core/object.ts';
import { sweepKey } from '../core/sweep.ts';
import { s3Pipeline } from '../pipelines/s3-pipeline.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { missing, need } from './support/needs.ts';
import { assumeInto, freshAccountId, type Keys } from './support/organisation.ts';
import { runPipeline } from './support/run-pipeline.ts';
import { testReach } from './support/test-reach.ts';

const skip = missing('MOTO_URL');
const account = freshAccountId();
const bucket = `orgscope-${randomBytes(6).toString('hex')}`;
const OBJECTS = 1_203;
const ODD_KEYS = ['odd/a b+c%2F&d?.TXT', 'odd/ünï/日本.csv', 'odd/tab\there', `odd/${'long'.repeat(240)}.bin`];
let keys: Keys;
let client: S3Client;

before(async () => {
  if (skip) return;
  keys = await assumeInto(need('MOTO_URL'), account);
  client = new S3Client({ endpoint: need('MOTO_URL'), region: 'eu-west-1', credentials: keys, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  const names = [...Array.from({ length: OBJECTS }, (_, number) => `many/${String(number).padStart(5, '0')}.Log`), ...ODD_KEYS];
  const put = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: 'four' }));
    }
  };
  await Promise.all(Array.from({ length: 16 }, put));
});

type Body = {
  cloud: { region: string; account: { id: string } };
  resource: Record<string, unknown>;
  s3: { object: { key: string } };
  orgscope: { sweep: string };
};
const bodyOf = (document: Document): Body => JSON.parse(Buffer.from(document.body).toString('utf8'));

test('buckets of an account, and objects over several pages, each once in history and once in current state', {
  skip,
}, async () => {
  const reach = testReach(need('MOTO_URL'), account, keys, [
    { bucket, prefix: '', identity: undefined as never, origin: 'test' },
  ]);
  const result = await runPipeline(s3Pipeline({ reach, history: 'all' }));
  assert.deepEqual(result.problems, []);
  const current = result.documents.filter(({ index }) => index === 'awscli-current');
  const history = result.documents.filter(({ index }) => index === 'awscli-2026.11.21');
  // One bucket, its objects, and their total.
  assert.equal(current.length, 1 + OBJECTS + ODD_KEYS.length + 1);
  assert.equal(history.length, current.length);
  assert.equal(new Set(result.documents.map(({ index, id }) => `${index} ${id}`)).size, result.documents.length);
  assert.ok(result.documents.every(({ id }) => Buffer.byteLength(id) <= 512));

  const bodies = current.map(bodyOf);
  const objects = bodies.filter(({ resource }) => resource.type === 's3-object');
  for (const key of ODD_KEYS)
    assert.ok(
      objects.some(({ s3, resource }) => s3.object.key === key && resource.id === key),
      key,
    );
  const first = objects.find(({ s3 }) => s3.object.key === 'many/00000.Log');
  assert.equal(first?.resource.size_bytes, 4);
  assert.equal(first?.resource.extension, 'log');
  assert.equal(first?.resource.etag, '8cbad96aced40b3838dd9f07f6ef5772');
  assert.equal(first?.resource.arn, `arn:aws:s3:::${bucket}/many/00000.Log`);
  assert.equal(first?.cloud.region, 'eu-west-1');
  const total = bodies.find(({ resource }) => resource.type === 's3-total');
  assert.equal(total?.resource.objects, objects.length);
  assert.equal(
    total?.resource.size_bytes,
    objects.reduce((sum, { resource }) => sum + Number(resource.size_bytes), 0),
  );
  const withoutObjects = await runPipeline(s3Pipeline({ reach }));
  assert.equal(
    withoutObjects.documents.filter(({ index }) => index === 'awscli-2026.11.21').length,
    2,
    'the bucket and the total',
  );
  const found = bodies.find(({ resource }) => resource.type === 's3-bucket');
  assert.equal(found?.resource.arn, `arn:aws:s3:::${bucket}`);
  assert.equal(found?.cloud.region, 'eu-west-1');
  // A sweep retires only documents with its key, so every document must have the key of one of the two sweeps.
  assert.deepEqual(new Set(bodies.map(({ orgscope }) => orgscope.sweep)), new Set(result.sweeps.map(sweepKey)));
});

test('a listing that fails retires nothing and names the bucket', { skip }, async () => {
  const reach = testReach(need('MOTO_URL'), account, keys);
  const result = await runPipeline(s3Pipeline({ reach, source: { bucket: `${bucket}-absent`, prefix: '' } }));
  assert.deepEqual(result.sweeps, []);
  assert.equal(result.problems.length, 1);
  assert.equal(result.problems[0]?.code, 'missing');
});

test('an object of a trail in S3 is read once, and again if its ETag changes', { skip }, async () => {
  const record = {
    eventVersion: '1.10',
    eventTime: '2026-11-20T10:00:00Z',
    eventName: 'RunInstances',
    eventSource: 'ec2.amazonaws.com',
    eventID: 'e1',
  };
  const day = `trail/AWSLogs/${account}/CloudTrail/eu-west-1/2026/11/20`;
  const name = `${day}/${account}_CloudTrail_eu-west-1_20261120T1000Z_abc.json.gz`;
  const put = (Key: string, Body: string | Buffer) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  await put(name, gzipSync(JSON.stringify({ Records: [record] })));
  await put(`trail/AWSLogs/${account}/CloudTrail-Digest/eu-west-1/2026/11/20/d.json.gz`, gzipSync('{"awsAccountId":"1"}'));
  await put(`trail/AWSLogs/${account}/Config/eu-west-1/c.json.gz`, gzipSync('{}'));
  try {
    const reach = testReach(need('MOTO_URL'), account, keys);
    const source = () => s3Prefix({ reach, identity: reach.self, bucket, prefix: 'trail/' });
    const pipeline = trailsPipeline({ sources: async () => ({ sources: [source()], problems: [] }) });
    const first = await runPipeline(pipeline);
    assert.deepEqual(first.problems, []);
    assert.deepEqual(
      first.documents.map(({ index, id }) => `${index} ${id}`),
      [`awscli-trail-2026.11.20 e1_${account}`],
    );
    const again = await runPipeline(pipeline, { known: new Set(first.sources.map(({ key }) => key)) });
    assert.deepEqual(again.jobs, []);
    assert.equal(again.skipped, 1);
    await put(name, gzipSync(JSON.stringify({ Records: [record, { ...record, eventID: 'e2' }] })));
    const changed = await runPipeline(pipeline, { known: new Set(first.sources.map(({ key }) => key)) });
    assert.equal(changed.documents.length, 2);
  } finally {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }));
  }
});

test('the metadata of an object comes with its content, and parts of an object can be read alone', { skip }, async () => {
  const Key = 'noted/digest.json';
  const Body = 'the whole content';
  await client.send(
    new PutObjectCommand({ Bucket: bucket, Key, Body, Metadata: { signature: '0a1b', 'signature-algorithm': 'SHA256withRSA' } }),
  );
  const reach = testReach(need('MOTO_URL'), account, keys);
  const listed = s3Prefix({ reach, identity: reach.self, bucket, prefix: 'noted/' }).list()[Symbol.asyncIterator]();
  const object = (await listed.next()).value as SourceObject;
  const metadata = { signature: '0a1b', 'signature-algorithm': 'SHA256withRSA' };
  const read = await object.read();
  assert.deepEqual([read.body.toString('utf8'), read.metadata], [Body, metadata]);
  const { body, metadata: opened } = await object.open();
  assert.deepEqual([Buffer.concat(await body.toArray()).toString('utf8'), opened], [Body, metadata]);
  assert.equal((await object.slice(4, 9)).toString('utf8'), 'whole');
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'something else' }));
  await assert.rejects(object.slice(4, 9), { code: 'conflict' });
});
