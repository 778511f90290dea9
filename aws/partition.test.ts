import assert from 'node:assert/strict';
import { test } from 'node:test';
import { homeRegion, parseArn, partitionOfRegion } from './partition.ts';

test('the partition is derived from the region', () => {
  const expected = {
    'eu-west-1': 'aws',
    'mx-central-1': 'aws',
    'cn-northwest-1': 'aws-cn',
    'us-gov-east-1': 'aws-us-gov',
    'us-iso-west-1': 'aws-iso',
    'us-isob-east-1': 'aws-iso-b',
    'eu-isoe-west-1': 'aws-iso-e',
    'us-isof-south-1': 'aws-iso-f',
    'eusc-de-east-1': 'aws-eusc',
  };
  for (const [region, partition] of Object.entries(expected)) assert.equal(partitionOfRegion(region), partition);
});

test('the home region is the configured one if it is in that partition', () => {
  assert.equal(homeRegion('aws', 'eu-central-1'), 'eu-central-1');
  assert.equal(homeRegion('aws', undefined), 'us-east-1');
  assert.equal(homeRegion('aws-cn', 'eu-central-1'), 'cn-north-1');
  assert.equal(homeRegion('aws-us-gov', undefined), 'us-gov-west-1');
});

test('an ARN of any partition is parsed', () => {
  assert.deepEqual(parseArn('arn:aws-cn:sts::111122223333:assumed-role/a/b'), {
    partition: 'aws-cn',
    service: 'sts',
    account: '111122223333',
    resource: 'assumed-role/a/b',
  });
  assert.equal(parseArn('111122223333'), undefined);
});
