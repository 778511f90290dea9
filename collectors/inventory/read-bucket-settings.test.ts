import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrgscopeError, type Problem } from '../../core/problem.ts';
import { followUps } from './follow-ups.ts';
import { type BucketRecord, readBucketSettings } from './read-bucket-settings.ts';

/** Reads a bucket from an S3 that answers GetBucketLocation with this error or location, and other calls with nothing. */
async function read(location: OrgscopeError | object) {
  const problems: Problem[] = [];
  async function* ask(call: string): AsyncGenerator<object> {
    if (call !== 'GetBucketLocation') yield {};
    else if (location instanceof OrgscopeError) throw location;
    else yield location;
  }
  const bucket: BucketRecord = { Name: 'company-data' };
  const found = await followUps((problem) => problems.push(problem)).about('company-data', bucket, (followUp) =>
    readBucketSettings(ask, bucket, followUp),
  );
  return { found, problems };
}

function failure(code: 'denied' | 'missing' | 'throttled', name: string): OrgscopeError {
  const cause = Object.assign(new Error('no'), { name });
  return new OrgscopeError(code, 'no', '', { call: 's3:GetBucketLocation' }, { cause });
}

test('a bucket without a constraint is in us-east-1', async () => {
  const { found } = await read({});
  assert.equal(found?.item.BucketRegion, 'us-east-1');
  assert.deepEqual(found.leftOut, []);
});

test('a bucket that was deleted meanwhile yields no resource and no problem', async () => {
  const { found, problems } = await read(failure('missing', 'NoSuchBucket'));
  assert.deepEqual([found, problems], [undefined, []]);
});

test('a bucket whose location is denied or fails to be read has no region', async () => {
  for (const [error, severity] of [
    [failure('denied', 'AccessDenied'), 'notice'],
    [failure('throttled', 'SlowDown'), 'failed'],
  ] as const) {
    const { found, problems } = await read(error);
    assert.equal(found?.item.BucketRegion, undefined);
    assert.deepEqual(found?.leftOut, ['s3:GetBucketLocation']);
    assert.deepEqual(
      problems.map((problem) => problem.severity),
      [severity],
    );
  }
});
