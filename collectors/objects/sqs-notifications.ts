import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { QueueTarget, Reach } from '../../aws/reach.ts';
import type { SourceObject } from '../../core/object.ts';
import { type Problem, toProblem } from '../../core/problem.ts';
import { type NotifiedObject, parseNotification } from './parse-notification.ts';
import { QueueUrlClient, RegionalQueueClient } from './queue-client.ts';
import { MESSAGES_PER_RECEIVE } from './queue-limits.ts';
import { s3Object } from './s3-prefix.ts';

/**
 * Yields the new objects that an SQS queue announces, and deletes a message once all its objects are stored: the only change that orgscope makes
 * at AWS. SQS hides a received message for the visibility timeout, and gives it out again unless it was deleted meanwhile. So the timeout of
 * a held message is renewed every third of that time for as long as its objects are worked on; and when
 * the process dies, another one gets the message a minute later. Messages may come twice, from S3 as from SQS: objects are recognised by their ETag.
 */
export interface NotificationQueue {
  /** The queue's URL. */
  readonly name: string;
  /** What the announced objects hold, where the list names it. */
  readonly dataset?: string | undefined;
  /** Up to ten messages, which are held from now on; none if no message came within these seconds. */
  receive(signal: AbortSignal, waitSeconds: number): Promise<Received>;
  /** An object that a message announced; asks S3 for size and ETag where the message lacks them. */
  open(object: NotifiedObject, signal: AbortSignal): Promise<SourceObject>;
  /** Deletes messages whose objects are all stored. */
  finish(messages: readonly QueueMessage[]): Promise<void>;
  /** Lets SQS give them out again after so many seconds; how often that may happen is a setting of the queue (its dead-letter queue). */
  giveBack(messages: readonly QueueMessage[], delaySeconds: number): Promise<void>;
  /** Problems with held messages since the last call, each kind once until it is over. */
  troubles(): readonly Problem[];
  /** Ends the hold on all messages; SQS gives those that were not deleted out again. */
  close(): void;
}

export interface Received {
  readonly messages: readonly QueueMessage[];
  /** Messages that could not be understood, each reported once. */
  readonly problems: readonly Problem[];
  /** How many messages SQS gave, understood or not. */
  readonly count: number;
}

export interface QueueMessage {
  readonly id: string;
  /** SQS's handle for this receipt of the message. */
  readonly receipt: string;
  /** Empty for a test message, or one about another event. */
  readonly objects: readonly NotifiedObject[];
  /** How often SQS gave it out, this time included. */
  readonly received: number;
}

export interface SqsNotificationsOptions {
  readonly reach: Reach;
  readonly target: QueueTarget;
  /** How long a message stays hidden at a time. A shorter time loses messages on a slow network; a longer one delays those that a dead process held. */
  readonly visibilitySeconds?: number;
}

const VISIBILITY_SECONDS = 60;
/** How many ids of reported messages are kept, so that a message that comes again is not reported again. */
const REPORTED_KEPT = 10_000;

export function sqsNotifications(options: SqsNotificationsOptions): NotificationQueue {
  const { reach, target, visibilitySeconds = VISIBILITY_SECONDS } = options;
  const { url, region, regional, identity, dataset } = target;
  const account = identity.account ?? identity.key;
  const held = new Set<QueueMessage>();
  const reported = new Set<string>();
  const troubles = new Map<string, Problem>();
  const reportedTroubles = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const client = () => reach.client(regional ? RegionalQueueClient : QueueUrlClient, identity, region);

  /** Reports a trouble once until it is over: it would otherwise come back every twenty seconds. */
  function trouble(error: unknown): void {
    const problem = toProblem(error, { object: url });
    const key = `${problem.code} ${problem.where.call}`;
    if (reportedTroubles.has(key)) return;
    reportedTroubles.add(key);
    troubles.set(key, problem);
  }

  async function hideFor(messages: readonly QueueMessage[], seconds: number): Promise<void> {
    for (const batch of batches(messages)) {
      const Entries = batch.map(({ receipt }, index) => ({
        Id: String(index),
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
      const where = { account, region, call: 'sqs:ChangeMessageVisibility' };
      const { Failed = [] } = await reach.call(where, () => client().send(command));
      // Another process received it meanwhile, or it was held for twelve hours, which is SQS's limit: it is no longer held here.
      for (const { Id, SenderFault } of Failed) {
        const message = batch[Number(Id)];
        if (SenderFault === true && message !== undefined) drop(message);
      }
    }
  }

  function hold(messages: readonly QueueMessage[]): void {
    for (const message of messages) held.add(message);
    if (held.size === 0 || timer !== undefined) return;
    timer = setInterval(
      () => {
        hideFor([...held], visibilitySeconds).catch(trouble);
      },
      (visibilitySeconds * 1000) / 3,
    );
    // The work on a held message keeps the process alive; the timer must not.
    timer.unref();
  }

  function drop(message: QueueMessage): void {
    held.delete(message);
    if (held.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function notUnderstood(id: string, reason: string, next: string): Problem[] {
    if (reported.has(id)) return [];
    reported.add(id);
    if (reported.size > REPORTED_KEPT) reported.delete(reported.values().next().value ?? '');
    const message = `The message ${id} can't be understood: ${reason}`;
    return [{ code: 'malformed', severity: 'failed', message, next, where: { account, region, object: url } }];
  }

  return {
    name: url,
    dataset,
    async receive(signal, waitSeconds) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: MESSAGES_PER_RECEIVE,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const where = { account, region, call: 'sqs:ReceiveMessage', idle: true, signal };
      const { Messages = [] } = await reach.call(where, () => client().send(command, { abortSignal: signal }));
      const messages: QueueMessage[] = [];
      const problems: Problem[] = [];
      for (const { MessageId: id = '', ReceiptHandle: receipt = '', Body = '', Attributes } of Messages) {
        const notification = parseNotification(Body);
        if (notification.type === 'unknown') problems.push(...notUnderstood(id, notification.reason, notification.next));
        else {
          const received = Number(Attributes?.ApproximateReceiveCount ?? 1);
          messages.push({ id, receipt, objects: notification.objects, received });
        }
      }
      hold(messages);
      return { messages, problems, count: Messages.length };
    },
    async open(notified, signal) {
      const { bucket, key, modified = 0, region: home = region } = notified;
      let { etag, size } = notified;
      if (etag === undefined || size === undefined) {
        const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
        const head = await reach.call({ account, region: home, call: 's3:HeadObject', signal }, () =>
          reach.client(S3Client, identity, home).send(command, { abortSignal: signal }),
        );
        etag = head.ETag?.replaceAll('"', '') ?? '';
        size = head.ContentLength ?? 0;
      }
      return s3Object({ reach, identity }, { bucket, key, etag, size, modified, region: home, ...(dataset && { dataset }) }, key);
    },
    async finish(messages) {
      try {
        for (const batch of batches(messages)) {
          const Entries = batch.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
          const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries });
          // A message that SQS does not delete comes again; its objects are known then, and not read twice.
          await reach.call({ account, region, call: 'sqs:DeleteMessage' }, () => client().send(command));
        }
        reportedTroubles.clear();
      } catch (error) {
        trouble(error);
      } finally {
        for (const message of messages) drop(message);
      }
    },
    async giveBack(messages, delaySeconds) {
      for (const message of messages) drop(message);
      await hideFor(messages, delaySeconds).catch(trouble);
    },
    troubles() {
      const found = [...troubles.values()];
      troubles.clear();
      return found;
    },
    close() {
      held.clear();
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function* batches<Item>(items: readonly Item[]): Iterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += MESSAGES_PER_RECEIVE) yield items.slice(start, start + MESSAGES_PER_RECEIVE);
}
