import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectCount } from '../core/pipeline.ts';
import { objectCounter } from './object-counter.ts';

const object = (type: ObjectCount['type'], reason: string, name: string, count = 1): ObjectCount => ({
  type,
  pipeline: 'logs',
  reason,
  count,
  object: name,
});

test('what objects were taken for is one notice, the most frequent first', () => {
  const counter = objectCounter();
  counter.add(object('taken-for', 'unknown', 'x'));
  counter.add(object('taken-for', 'elb by first line', 'a', 3));
  for (let index = 0; index < 812; index++) counter.add(object('taken-for', 'vpcflow by key', `f${index}`));
  assert.deepEqual(
    counter.notices().map(({ message, severity }) => [message, severity]),
    [['logs: 812 vpcflow by key, 3 elb by first line, 1 unknown', 'notice']],
  );
});

test('objects that were left out are one notice for each reason, with the first one as an example', () => {
  const counter = objectCounter();
  counter.add(object('left-out', 'empty', 's3://logs/a'));
  counter.add(object('left-out', 'empty', 's3://logs/b', 1_200));
  counter.add(object('left-out', 'test files', 's3://logs/c'));
  counter.add({ ...object('left-out', 'empty', 's3://trails/d'), pipeline: 'trails' });
  assert.deepEqual(
    counter.notices().map(({ message }) => message),
    [
      'Left out as empty: 1,201 objects, such as s3://logs/a.',
      'Left out as test files: s3://logs/c.',
      'Left out as empty: s3://trails/d.',
    ],
  );
});

test('counts of one counter are added to those of another, as those of jobs to those of a run', () => {
  const [job, run] = [objectCounter(), objectCounter()];
  job.add(object('taken-for', 'vpcflow by list', 'a'));
  job.add(object('taken-for', 'vpcflow by list', 'b'));
  run.add(object('taken-for', 'vpcflow by list', 'c'));
  for (const count of job.counts()) run.add(count);
  assert.deepEqual(run.counts(), [object('taken-for', 'vpcflow by list', 'c', 3)]);
});
