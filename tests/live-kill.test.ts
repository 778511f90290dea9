import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { FAULT_ROUNDS } from './support/fault-rounds.ts';
import { missing, need } from './support/needs.ts';
import { openTestStore } from './support/open-test-store.ts';
import { assumeInto, freshAccountId } from './support/organisation.ts';

const CHILD = fileURLToPath(new URL('./support/live-child.ts', import.meta.url));
/** A run takes ten messages at once, and each killed run takes other ones. */
const OBJECTS = 60 + FAULT_ROUNDS * 15;

const data = mkdtempSync(join(tmpdir(), 'orgscope-live-kill-'));
after(() => rmSync(data, { recursive: true, force: true }));

/** Runs the child; with `killAfter`, kills it with -9 at that deletion, when its events are stored and its messages are not yet deleted. */
async function runChild(args: readonly string[], killAfter?: number): Promise<{ signal: string | null; last: string }> {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let finishing = 0;
  let last = '';
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (line.startsWith('finishing') && ++finishing === killAfter) child.kill('SIGKILL');
  }
  const [, signal] = (await exit) as [number | null, string | null];
  return { signal, last };
}

test('a process that is killed between storing events and deleting their messages: every event is stored once, and the queue is empty in the end', {
  skip: missing('MOTO_URL'),
}, async () => {
  const endpoint = need('MOTO_URL');
  const account = freshAccountId();
  const keys = await assumeInto(endpoint, account);
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials: keys, forcePathStyle: true });
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials: keys });
  const name = `live-kill-${account}`;
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  const QueueConfigurations = [{ QueueArn: `arn:aws:sqs:us-east-1:${account}:${name}`, Events: ['s3:ObjectCreated:*' as const] }];
  await s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: name, NotificationConfiguration: { QueueConfigurations } }),
  );
  for (let number = 0; number < OBJECTS; number++) {
    const Records = [{ eventTime: '2026-11-20T10:00:00Z', eventName: 'Call', eventID: `event-${number}` }];
    const Key = `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/${number}.json.gz`;
    await s3.send(new PutObjectCommand({ Bucket: name, Key, Body: gzipSync(JSON.stringify({ Records })) }));
  }

  const args = [endpoint, account, JSON.stringify(keys), url, data];
  for (let kill = 0; kill < FAULT_ROUNDS; kill++) {
    assert.equal((await runChild(args, 1)).signal, 'SIGKILL', `run ${kill} ended by itself`);
  }
  const left = async (): Promise<number> => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  };
  assert.ok((await left()) > 0, 'the killed runs emptied the queue: nothing was left for the last one');
  // Messages that a killed run had received are visible again after two seconds; a run that receives none before that ends.
  while ((await left()) > 0) assert.equal((await runChild(args)).last, 'succeeded');
  s3.destroy();
  sqs.destroy();

  const store = await openTestStore(`${data}/orgscope.duckdb`);
  const { rows } = await store.sql('SELECT count(*) AS events, count(DISTINCT _id) AS ids FROM awscli_trail');
  await store.close();
  assert.deepEqual(rows, [{ events: String(OBJECTS), ids: String(OBJECTS) }]);
});
