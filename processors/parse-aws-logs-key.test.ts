import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAwsLogsKey } from './parse-aws-logs-key.ts';

for (const [name, expected] of [
  ['s3://b/x/AWSLogs/o-abc/111122223333/CloudTrail/us-gov-west-1/2026/11/20/a.gz', 'CloudTrail us-gov-west-1 2026-11-20'],
  ['AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/11/20/a.log.gz', 'elasticloadbalancing eu-west-1 2026-11-20'],
  ['AWSLogs/111122223333/WAFLogs/eu-west-1/acl/2026/11/20/10/05/a.log.gz', 'WAFLogs eu-west-1 2026-11-20'],
  ['AWSLogs/111122223333/vpcdnsquerylogs/vpc-1/2026/11/20/a.log.gz', 'vpcdnsquerylogs undefined 2026-11-20'],
  [
    'AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=11/day=20/hour=10/a.log.gz',
    'vpcflowlogs eu-west-1 2026-11-20',
  ],
  ['AWSLogs/111122223333/Config/ConfigWritabilityCheckFile', 'Config undefined undefined'],
] as const) {
  test(`the parts of ${name}`, () => {
    const { account, service, region, day } = parseAwsLogsKey(name) ?? {};
    assert.deepEqual([account, `${service} ${region} ${day}`], ['111122223333', expected]);
  });
}

test('a key outside of AWSLogs has no parts', () => {
  for (const name of [
    '111122223333_CloudTrail_eu-west-1_x.json.gz',
    'MyAWSLogs/111122223333/CloudTrail/a',
    'AWSLogs/1/CloudTrail/a',
  ]) {
    assert.equal(parseAwsLogsKey(name), undefined, name);
  }
});
