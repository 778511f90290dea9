import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { backupVault } from '../collectors/inventory/backup-vault.ts';
import { cloudwatchAlarm } from '../collectors/inventory/cloudwatch-alarm.ts';
import { dynamodbTable } from '../collectors/inventory/dynamodb-table.ts';
import { ec2Volume } from '../collectors/inventory/ec2-volume.ts';
import { ec2Vpc } from '../collectors/inventory/ec2-vpc.ts';
import { glueJob } from '../collectors/inventory/glue-job.ts';
import { lambdaFunction } from '../collectors/inventory/lambda-function.ts';
import { rdsInstance } from '../collectors/inventory/rds-instance.ts';
import { snsTopic } from '../collectors/inventory/sns-topic.ts';
import { sqsQueue } from '../collectors/inventory/sqs-queue.ts';
import { type FaultProxy, startFaultProxy } from '../tests/support/fault-proxy.ts';
import { memoryStore } from '../tests/support/memory-store.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { testReach } from '../tests/support/test-reach.ts';
import { inventoryPipeline } from './inventory-pipeline.ts';

const ACCOUNT = '111111111111';
const KINDS = [
  ...[backupVault, cloudwatchAlarm, dynamodbTable, ec2Volume, ec2Vpc],
  ...[glueJob, lambdaFunction, rdsInstance, snsTopic, sqsQueue],
];
const BY_ORGANIZATION = {
  code: 'AccessDeniedException',
  status: 403,
  message: 'User: arn:x is not authorized to perform: x:Y with an explicit deny in a service control policy',
};

describe('a region that a policy of the organisation closes', () => {
  let proxy: FaultProxy;
  before(async () => {
    // No server is behind the proxy: its rules answer every call.
    proxy = await startFaultProxy('http://127.0.0.1:9');
  });
  beforeEach(() => {
    proxy.rules.length = 0;
    proxy.calls.length = 0;
  });
  after(() => proxy.close());

  async function run(...regions: string[]) {
    const keys = { accessKeyId: ACCOUNT, secretAccessKey: 's', sessionToken: 't' };
    const reach = { ...testReach(proxy.url, ACCOUNT, keys), regions: async () => regions };
    const pipeline = inventoryPipeline({ reach, kinds: KINDS, instanceEvents: false, wait: async () => {} });
    const { report, jobs } = await runPipelines(memoryStore(), [pipeline]);
    const problemsIn = (region: string) => jobs.filter((job) => job.region === region).flatMap(({ problems }) => problems);
    const calls = (region: string) => proxy.calls.filter((call) => call.region === region).length;
    return { report, jobs, problemsIn, calls };
  }

  test('is reported once, with what to do, and costs four calls; an account whose own policies deny calls is asked for every kind', async () => {
    proxy.rules.push({ region: 'eu-north-1', fault: BY_ORGANIZATION }, { fault: 'access-denied' });
    const { report, jobs, problemsIn, calls } = await run('eu-north-1', 'eu-west-1');
    assert.equal(report.state, 'failed');
    const [problem, ...more] = problemsIn('eu-north-1');
    assert.deepEqual([problem?.code, problem?.severity, more], ['denied', 'failed', []]);
    assert.match(problem?.message ?? '', /policy of the organisation closes eu-north-1/);
    assert.match(problem?.next ?? '', /lists\/account\.txt/);
    assert.ok(calls('eu-north-1') <= 4, `${calls('eu-north-1')} calls`);
    assert.equal(problemsIn('eu-west-1').length, KINDS.length);
    assert.ok(jobs.every(({ retired }) => retired === 0));
  });

  test('a service that the policy denies everywhere closes no region', async () => {
    proxy.rules.push({ service: 'backup', fault: BY_ORGANIZATION }, { fault: 'access-denied' });
    const { problemsIn } = await run('eu-west-1');
    assert.equal(problemsIn('eu-west-1').length, KINDS.length);
    assert.equal(problemsIn('eu-west-1').filter(({ message }) => /policy of the organisation forbids/.test(message)).length, 1);
  });
});
