import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { QueueTarget, Reach } from '../../aws/reach.ts';
import { type NotifiedObject, parseNotification } from './parse-notification.ts';
import { QueueUrlClient, RegionalQueueClient } from './queue-client.ts';

/**
 * Checks that messages of a queue may be received, held and deleted: rejects with an OrgscopeError where not. Receives one message, if
 * one waits, and gives it back at once, which SQS counts as one receipt. Yields an object that the message announces, if any.
 */
export async function probeQueue(reach: Reach, target: QueueTarget, signal: AbortSignal): Promise<NotifiedObject | undefined> {
  const { url: QueueUrl, region, regional, identity } = target;
  const account = identity.account ?? identity.key;
  const client = () => reach.client(regional ? RegionalQueueClient : QueueUrlClient, identity, region);
  const call = <Result>(name: string, run: () => Promise<Result>): Promise<Result> =>
    reach.call({ account, region, call: `sqs:${name}`, signal }, run);
  const options = { abortSignal: signal };

  const look = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 0, VisibilityTimeout: 0 });
  const { Messages = [] } = await call('ReceiveMessage', () => client().send(look, options));
  // This receipt belongs to no message: SQS then refuses the entry, and the whole call only where the action is denied.
  const nothing = { Id: '0', ReceiptHandle: 'doctor' };
  const hold = new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [{ ...nothing, VisibilityTimeout: 0 }] });
  await call('ChangeMessageVisibility', () => client().send(hold, options));
  const remove = new DeleteMessageBatchCommand({ QueueUrl, Entries: [nothing] });
  await call('DeleteMessage', () => client().send(remove, options));

  const notification = parseNotification(Messages[0]?.Body ?? '');
  return notification.type === 'objects' ? notification.objects[0] : undefined;
}
