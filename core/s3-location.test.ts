import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBucket, parseS3Location } from './s3-location.ts';

test('a prefix is kept as written', () => {
  assert.deepEqual(parseBucket('s3://bucket/a//b/'), { bucket: 'bucket', prefix: 'a//b/' });
  assert.deepEqual(parseBucket('Old_Bucket'), { bucket: 'Old_Bucket', prefix: '' });
  assert.equal(parseBucket('s3://'), undefined);
});

test('a location that no bucket can have, and a path, are refused', () => {
  assert.deepEqual(parseS3Location('s3://bucket/a/'), { bucket: 'bucket', prefix: 'a/' });
  for (const text of ['s3://', 's3://-bucket', 'bucket/a']) assert.throws(() => parseS3Location(text), /names no bucket/, text);
});
