import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { HttpResponse } from '@smithy/core/protocols';
import type { AwsCall, Meter } from '../core/meter.ts';
import { CALL_PRICES, callPrice } from './call-price.ts';
import { openReach } from './open-reach.ts';
import type { ClientConstructor, WireHandler } from './reach.ts';

const response = (statusCode: number, text: string, headers: Record<string, string> = {}) => ({
  response: new HttpResponse({ statusCode, headers, body: Buffer.from(text) }),
});
const callerIs =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::100000000001:user/a</Arn><Account>100000000001</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';

/** A reach whose HTTP handler gives these answers in turn, below all code that is tested. */
async function counted(answers: (() => ReturnType<typeof response>)[]) {
  const calls: AwsCall[] = [];
  const other = (): never => assert.fail('only calls are metered here');
  const meter: Meter = {
    awsCalled: (call) => void calls.push(call),
    batchStored: other,
    batchFailed: other,
    storeWaiting: other,
    jobEnded: other,
    jobRetried: other,
    runEnded: other,
  };
  const requestHandler: WireHandler = {
    async handle(request) {
      if (request.hostname.startsWith('sts.')) return response(200, callerIs);
      const answer = answers.shift();
      if (answer === undefined) throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
      return answer();
    },
  };
  const reach = openReach({
    lists: '/nonexistent',
    env: { AWS_MAX_ATTEMPTS: '2' },
    requestHandler,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 's' },
    meter,
  });
  const identity = await reach.identity();
  calls.length = 0;
  const send = async <Client>(type: ClientConstructor<Client>, command: unknown): Promise<unknown> => {
    const client = reach.client(type, identity, 'us-east-1') as { send(command: unknown): Promise<unknown> };
    return client.send(command).catch((error: unknown) => error);
  };
  return { calls, send };
}

test('each request is reported with its service, operation and outcome; repeats count, and only calls that AWS charges for have a price', async () => {
  const { calls, send } = await counted([
    () => response(503, '<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>'),
    () => response(200, '<DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>'),
    () => response(200, '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'),
    () => response(403, '<Error><Code>AccessDenied</Code></Error>'),
    () => response(503, '<Error><Code>SlowDown</Code></Error>'),
    () => response(503, '<Error><Code>SlowDown</Code></Error>'),
  ]);
  await send(EC2Client, new DescribeVolumesCommand({}));
  await send(S3Client, new ListObjectsV2Command({ Bucket: 'b' }));
  await send(S3Client, new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
  await send(S3Client, new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
  await send(EC2Client, new DescribeVolumesCommand({}));
  assert.deepEqual(
    calls.map(({ service, operation, outcome, attempt, dollars }) => [service, operation, outcome, attempt, dollars]),
    [
      ['ec2', 'DescribeVolumes', 'throttled', 1, 0],
      ['ec2', 'DescribeVolumes', 'ok', 2, 0],
      ['s3', 'ListObjectsV2', 'ok', 1, 0.000005],
      ['s3', 'GetObject', 'denied', 1, 0.0004 / 1000],
      ['s3', 'GetObject', 'throttled', 1, 0],
      ['s3', 'GetObject', 'throttled', 2, 0],
      ['ec2', 'DescribeVolumes', 'unreachable', 1, 0],
      ['ec2', 'DescribeVolumes', 'unreachable', 2, 0],
    ],
  );
});

test('GetMetricData is charged per metric: up to five statistics of one metric count once, and expressions do not count', async () => {
  const query = (Id: string, MetricName: string, Stat: string, Dimensions = [{ Name: 'InstanceId', Value: 'i-1' }]) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'AWS/EC2', MetricName, Dimensions }, Period: 60, Stat },
  });
  const paid = async (...MetricDataQueries: object[]) => {
    const { calls, send } = await counted([
      () => response(200, '{"MetricDataResults":[]}', { 'content-type': 'application/json' }),
    ]);
    const times = { StartTime: new Date(0), EndTime: new Date(60_000) };
    await send(CloudWatchClient, new GetMetricDataCommand({ MetricDataQueries: MetricDataQueries as [], ...times }));
    assert.equal(calls[0]?.operation, 'GetMetricData');
    return Math.round((calls[0]?.dollars ?? 0) / (0.01 / 1000));
  };
  const five = ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'].map((stat, n) => query(`a${n}`, 'CPU', stat));
  assert.equal(await paid(...five), 1);
  assert.equal(await paid(...five, query('p99', 'CPU', 'p99')), 2);
  assert.equal(await paid(...five, query('b', 'NetworkIn', 'Sum'), { Id: 'd', Expression: 'a0 + b' }), 2);
  // The same metric name with another instance is another metric; another order of dimensions is not.
  const two = [
    { Name: 'A', Value: '1' },
    { Name: 'B', Value: '2' },
  ];
  assert.equal(await paid(query('a', 'CPU', 'Sum'), query('b', 'CPU', 'Sum', [{ Name: 'InstanceId', Value: 'i-2' }])), 2);
  assert.equal(await paid(query('a', 'CPU', 'Sum', two), query('b', 'CPU', 'Average', [...two].reverse())), 1);
});

test('a request has the price of its region; an unknown region has the price of us-east-1', () => {
  const thousand = (region: string, operation: string) => Number((callPrice('s3', operation, region, {}) * 1000).toFixed(6));
  assert.deepEqual([thousand('us-east-1', 'ListObjectsV2'), thousand('us-east-1', 'GetObject')], [0.005, 0.0004]);
  assert.deepEqual([thousand('sa-east-1', 'ListObjectsV2'), thousand('sa-east-1', 'GetObject')], [0.007, 0.00056]);
  assert.deepEqual([thousand('mars-north-1', 'ListObjectsV2'), thousand('mars-north-1', 'GetObject')], [0.005, 0.0004]);
});

test('prices name services as the SDK does, and name the page of AWS that states them', () => {
  for (const { service, source, dollarsPerThousand } of CALL_PRICES) {
    assert.match(source, new RegExp(`^https://aws\\.amazon\\.com/${service}/pricing/$`));
    assert.ok(dollarsPerThousand > 0);
  }
  assert.equal(callPrice('ec2', 'DescribeInstances', 'eu-west-1', {}), 0);
  assert.equal(callPrice('cloudwatch', 'DescribeAlarms', 'eu-west-1', {}), 0);
  assert.equal(callPrice('cloudwatch', 'ListMetrics', 'eu-west-1', {}), 0.00001);
});
