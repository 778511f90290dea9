import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { JobReport, RunReport } from '../core/store.ts';
import { missing, need } from './support/needs.ts';
import { assumeInto, freshAccountId, type Keys, processEnv } from './support/organisation.ts';
import { makeLists, runCli, said, spawnCli } from './support/run-cli.ts';

const REGION = 'us-east-1';
const folder = mkdtempSync(join(tmpdir(), 'orgscope-live-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const trail = (...ids: string[]) =>
  gzipSync(
    JSON.stringify({ Records: ids.map((eventID) => ({ eventTime: '2026-11-20T10:00:00Z', eventName: 'Call', eventID })) }),
  );
const keyOf = (account: string, name: string) =>
  `AWSLogs/${account}/CloudTrail/eu-west-1/2026/11/20/${account}_CloudTrail_eu-west-1_20261120T1000Z_${name}.json.gz`;

interface Report extends RunReport {
  readonly failed: readonly JobReport[];
}

describe('live trails', { skip: missing('MOTO_URL') }, () => {
  const account = freshAccountId();
  let keys: Keys;
  let s3: S3Client;
  let sqs: SQSClient;
  let number = 0;

  before(async () => {
    keys = await assumeInto(need('MOTO_URL'), account);
    s3 = new S3Client({ endpoint: need('MOTO_URL'), region: REGION, credentials: keys, forcePathStyle: true });
    sqs = new SQSClient({ endpoint: need('MOTO_URL'), region: REGION, credentials: keys });
  });
  after(() => {
    s3?.destroy();
    sqs?.destroy();
  });

  /** A bucket that announces new objects to a queue, as S3 does. */
  async function makeTrailQueue(attributes: Record<string, string> = {}) {
    const name = `live-${account}-${++number}`;
    const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    const QueueArn = `arn:aws:sqs:${REGION}:${account}:${name}`;
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: name,
        NotificationConfiguration: { QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }] },
      }),
    );
    const put = (Key: string, Body: Buffer) => s3.send(new PutObjectCommand({ Bucket: name, Key, Body }));
    const lists = makeLists({ 'trails.txt': `${url}\n` });
    const common = ['--data', join(folder, name), '--lists', lists];
    const cli = (...args: string[]) => runCli([...args, ...common], processEnv(need('MOTO_URL'), keys));
    const left = async () => {
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
      return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible].map(Number);
    };
    const run = async (): Promise<Report> => JSON.parse((await cli('run', 'trails', '--json')).stdout);
    const ids = async () =>
      (await cli('search', 'awscli-trail-*', '--json')).stdout
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)._source.event.id)
        .sort();
    return { name, url, put, common, cli, left, run, ids };
  }

  test('`run trails` drains a queue: the announced objects are stored and all messages are deleted, those of tests and digests too', async () => {
    const { put, run, ids, left, url, name } = await makeTrailQueue();
    await put(keyOf('111122223333', 'one+two three%2B'), trail('a', 'b'));
    await put(keyOf('444455556666', 'ü'), trail('c'));
    await put('AWSLogs/111122223333/CloudTrail-Digest/x.json.gz', Buffer.from('no trail'));
    await sqs.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify({ Event: 's3:TestEvent', Bucket: name }) }),
    );
    const report = await run();
    assert.deepEqual(
      [report.state, report.problems.map(({ message }) => message), report.totals.written],
      ['succeeded', [`Left out as digests of CloudTrail: s3://${name}/AWSLogs/111122223333/CloudTrail-Digest/x.json.gz.`], 3],
    );
    assert.deepEqual(await ids(), ['a', 'b', 'c']);
    assert.deepEqual(await left(), [0, 0]);
  });

  test('a message is deleted once its object is stored or known to be empty; a message with a wrong size affects no other', async () => {
    const { put, run, ids, left, url, name } = await makeTrailQueue();
    const send = (body: unknown) =>
      sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: typeof body === 'string' ? body : JSON.stringify(body) }));
    await put('firehose/2026-11-20-10-00-uuid', trail('nameless'));
    await put('notes/readme', Buffer.from('no events'));
    await put('AWSLogs/111122223333/CloudTrail-Lake/Query/result_sign.json', Buffer.from('{}'));
    await put(keyOf('111122223333', 'empty'), Buffer.from(''));
    await send('CloudTrail validation message.');
    await run();
    assert.deepEqual(await ids(), ['nameless']);
    assert.deepEqual(await left(), [0, 0]);

    const sized = keyOf('111122223333', 'sized');
    const { ETag: eTag = '' } = await put(sized, trail('sized'));
    await put(keyOf('111122223333', 'called'), trail('called'));
    // S3's own messages about these two are removed, so that only the ones below announce them.
    let gone = 0;
    while (gone < 2) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
      for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
      gone += Messages.length;
    }
    await send({
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          awsRegion: REGION,
          s3: { bucket: { name }, object: { key: encodeURIComponent(sized), size: 0, eTag: eTag.replaceAll('"', '') } },
        },
      ],
    });
    await send({
      source: 'aws.s3',
      'detail-type': 'AWS API Call via CloudTrail',
      detail: {
        eventName: 'PutObject',
        awsRegion: REGION,
        requestParameters: { bucketName: name, key: keyOf('111122223333', 'called') },
      },
    });
    const second = await run();
    assert.deepEqual([second.state, second.failed], ['succeeded', []]);
    assert.deepEqual(await ids(), ['called', 'nameless', 'sized']);
    assert.deepEqual(await left(), [0, 0]);
  });

  test('a damaged object is received again, the rest of its job is not; the message of a known object is only deleted', async () => {
    const { put, run, ids, left, url, name } = await makeTrailQueue();
    await put(keyOf('111122223333', 'good'), trail('a'));
    await put(keyOf('111122223333', 'damaged'), Buffer.from('{'));
    const first = await run();
    assert.equal(first.state, 'failed');
    assert.deepEqual(
      first.failed.flatMap(({ problems }) => problems.map(({ code, where }) => [code, where.object])),
      [['malformed', `s3://${name}/${keyOf('111122223333', 'damaged')}`]],
    );
    assert.deepEqual(await left(), [0, 1], 'its message is invisible until its delay ends');
    // One object is announced twice: by S3 itself, or since a process died between the store and the queue.
    const { ETag: eTag } = await put(keyOf('111122223333', 'good'), trail('a'));
    assert.ok(eTag);
    const second = await run();
    assert.deepEqual([second.state, second.totals.skippedSources, second.totals.jobs], ['succeeded', 1, 0]);
    assert.deepEqual(await left(), [0, 1]);
    assert.deepEqual(await ids(), ['a']);
    assert.ok(url);
  });

  test('notifications through SNS and EventBridge are read, with and without wrapping', async () => {
    const { name, url, run, ids, left, put } = await makeTrailQueue();
    const { QueueUrl: other = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-sent` }));
    const sent: string[] = [];
    for (const id of ['direct', 'sns', 'bridge', 'bridge sns', 'topic']) {
      const key = keyOf('111122223333', `${id} +`);
      const { ETag = '' } = await put(key, trail(id));
      const etag = ETag.replaceAll('"', '');
      const size = trail(id).length;
      const s3Event = {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        awsRegion: REGION,
        s3: { bucket: { name }, object: { key: encodeURIComponent(key).replaceAll('%20', '+'), size, eTag: etag } },
      };
      const bridge = {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        region: REGION,
        detail: { bucket: { name }, object: { key, size, etag } },
      };
      const sns = (message: unknown) => ({
        Type: 'Notification',
        TopicArn: 'arn:aws:sns:us-east-1:111122223333:t',
        Message: JSON.stringify(message),
      });
      const bodies: Record<string, unknown> = {
        direct: { Records: [s3Event] },
        sns: sns({ Records: [s3Event] }),
        bridge,
        'bridge sns': sns(bridge),
        topic: sns({ s3Bucket: name, s3ObjectKey: [key] }),
      };
      sent.push(id);
      await sqs.send(new SendMessageCommand({ QueueUrl: other, MessageBody: JSON.stringify(bodies[id]) }));
    }
    assert.ok(url);
    const lists = makeLists({ 'trails.txt': `${other}\n` });
    const result = await runCli(
      ['run', 'trails', '--json', '--data', join(folder, name), '--lists', lists],
      processEnv(need('MOTO_URL'), keys),
    );
    assert.equal(result.code, 0, result.stdout + result.stderr);
    assert.deepEqual(await ids(), sent.sort());
    // S3 also notified about the same objects. They are in the ledger by now; the one from the topic of CloudTrail is recognised by its ETag.
    const again = await run();
    assert.deepEqual([again.totals.skippedSources, again.totals.jobs], [5, 0]);
    assert.deepEqual(await left(), [0, 0]);
  });

  test('while `up` runs, delivered objects are stored without waiting for the next run; Ctrl-C returns received messages', async () => {
    const { put, common, cli, left, ids } = await makeTrailQueue();
    const up = spawnCli(['up', '--port', '0', '--every', 'never', ...common], processEnv(need('MOTO_URL'), keys));
    await said(up, /The page stays up/);
    for (const id of ['a', 'b']) {
      await put(keyOf('111122223333', id), trail(id));
      while (!(await ids()).includes(id)) await sleep(200);
    }
    while ((await left()).some((count) => count > 0)) await sleep(200);
    const live = async () =>
      (JSON.parse((await cli('status', '--json')).stdout) as { runs: RunReport[] }).runs.filter(({ label }) => label === 'live');
    assert.deepEqual(
      (await live()).map(({ state }) => state),
      ['running'],
      'one run for all messages',
    );
    // A scheduled run leaves the queue to the process that listens to it.
    const { code, stdout } = await cli('run', 'trails', '--json');
    assert.equal(JSON.parse(stdout).totals.jobs, 0, stdout);
    assert.equal(code, 0, stdout);
    up.kill('SIGINT');
    await once(up, 'close');
    const [ended] = await live();
    assert.deepEqual([ended?.state, ended?.totals.documents, ended?.totals.jobs], ['interrupted', 2, 2]);
  });

  test('a missing queue fails one run, and `doctor` reports it', async () => {
    const { cli, url, run } = await makeTrailQueue();
    const report = await run();
    assert.deepEqual([report.state, report.problems], ['succeeded', []]);
    const well = await cli('doctor');
    assert.match(well.stdout, /^✓ queues .*trails\.txt:1.*can be received from/m);
    const lists = makeLists({ 'trails.txt': `${url}x\n` });
    const env = processEnv(need('MOTO_URL'), keys);
    const missed = await runCli(['run', 'trails', '--json', '--data', join(folder, 'absent'), '--lists', lists], env);
    assert.deepEqual(
      (JSON.parse(missed.stdout) as Report).problems.map(({ code, where }) => [code, where.call]),
      [['missing', 'sqs:ReceiveMessage']],
    );
    const ill = await runCli(['doctor', '--lists', lists], env);
    assert.match(ill.stdout, /^✗ queues .*trails\.txt:1/m);
  });
});
