import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { sqsNotifications } from '../collectors/objects/sqs-notifications.ts';
import { missing, need } from './support/needs.ts';
import { assumeInto, freshAccountId } from './support/organisation.ts';
import { testReach } from './support/test-reach.ts';

const REGION = 'us-east-1';
const { signal } = new AbortController();

describe('messages of a queue', { skip: missing('MOTO_URL') }, () => {
  const account = freshAccountId();
  let sqs: SQSClient;
  let reach: ReturnType<typeof testReach>;
  let number = 0;

  before(async () => {
    const endpoint = need('MOTO_URL');
    const credentials = await assumeInto(endpoint, account);
    sqs = new SQSClient({ endpoint, region: REGION, credentials });
    reach = testReach(endpoint, account, credentials);
  });
  after(() => sqs?.destroy());

  async function makeQueue(attributes: Record<string, string> = {}) {
    const { QueueUrl: url = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `queue-${++number}`, Attributes: attributes }),
    );
    return url;
  }
  const open = (url: string, visibilitySeconds = 60) => {
    const target = { url, region: REGION, regional: false, identity: reach.self, origin: 'trails.txt:1' };
    return sqsNotifications({ reach, target, visibilitySeconds });
  };
  const send = (url: string, MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
  const arnOf = (url: string) => `arn:aws:sqs:${REGION}:${account}:${url.split('/').pop()}`;
  const left = async (url: string) => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages),
      held: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  };
  const news = (key: string) =>
    JSON.stringify({
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          awsRegion: REGION,
          s3: { bucket: { name: 'b' }, object: { key, size: 1, eTag: 'e' } },
        },
      ],
    });

  test('a message stays invisible while it is worked on, beyond one visibility timeout, and is deleted once it is finished', async () => {
    const url = await makeQueue();
    await send(url, news('a.json'));
    const queue = open(url, 1);
    const { messages } = await queue.receive(signal, 1);
    assert.deepEqual(
      messages.map(({ objects, received }) => [objects.map(({ key }) => key), received]),
      [[['a.json'], 1]],
    );
    await sleep(3_000);
    assert.deepEqual(await left(url), { waiting: 0, held: 1 });
    await queue.finish(messages);
    assert.deepEqual(await left(url), { waiting: 0, held: 0 });
    queue.close();
  });

  test('messages that a dead process had received are received again', async () => {
    const url = await makeQueue();
    await send(url, news('a.json'));
    const dead = open(url, 1);
    assert.equal((await dead.receive(signal, 1)).messages.length, 1);
    // `close` tells SQS nothing, as when a process dies.
    dead.close();
    const next = open(url);
    let messages = (await next.receive(signal, 1)).messages;
    while (messages.length === 0) messages = (await next.receive(signal, 1)).messages;
    assert.equal(messages[0]?.received, 2);
    await next.finish(messages);
    next.close();
  });

  test('a message that is returned too often moves to the dead-letter queue of its queue', async () => {
    const dead = await makeQueue();
    const url = await makeQueue({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 2 }),
    });
    await send(url, news('a.json'));
    const queue = open(url);
    for (const received of [1, 2]) {
      const { messages } = await queue.receive(signal, 1);
      assert.deepEqual(
        messages.map((message) => message.received),
        [received],
      );
      await queue.giveBack(messages, 0);
    }
    assert.deepEqual((await queue.receive(signal, 1)).messages, []);
    queue.close();
    assert.deepEqual(await left(dead), { waiting: 1, held: 0 });
  });

  test('a message that cannot be parsed is reported once and left to the dead-letter queue; all other messages are received', async () => {
    const dead = await makeQueue();
    const url = await makeQueue({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 2 }),
    });
    await send(url, 'hello');
    await send(url, news('a.json'));
    const queue = open(url, 1);
    const first = await queue.receive(signal, 1);
    assert.deepEqual(
      first.messages.map(({ objects }) => objects.map(({ key }) => key)),
      [['a.json']],
    );
    await queue.finish(first.messages);
    assert.deepEqual(
      first.problems.map(({ code, where }) => [code, where.object]),
      [['malformed', url]],
    );
    // The message comes again until the dead-letter queue has it, and is reported only once.
    while ((await left(dead)).waiting === 0) {
      const again = await queue.receive(signal, 1);
      assert.deepEqual([again.messages, again.problems], [[], []]);
    }
    queue.close();
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: dead }));
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      ['hello'],
    );
  });

  test('a missing queue is one clear error', async () => {
    const url = (await makeQueue()).replace(/[^/]+$/, 'absent');
    await assert.rejects(open(url).receive(signal, 1), {
      code: 'missing',
      where: { account, region: REGION, call: 'sqs:ReceiveMessage' },
    });
  });
});
