import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { QueueTarget, Reach } from '../../aws/reach.ts';
import type { SourceObject } from '../../core/object.ts';
import { type Problem, toProblem } from '../../core/problem.ts';
import { type NotifiedObject, parseNotification } from './parse-notification.ts';
import { QueueUrlClient, RegionalQueueClient } from './queue-client.ts';
import { s3Object } from './s3-prefix.ts';

/**
 * Yields what an SQS queue tells about new objects, and deletes a message once all its objects are stored: the one place where we change
 * something at AWS. SQS lends a message for some time, the visibility timeout, and gives it out again unless it was deleted meanwhile. So a
 * message that is held is lent anew every third of that time for as long as its objects are worked on, however long this takes; and when
 * the process dies, another one gets it a minute later. Messages may come twice, from S3 as from SQS: objects are known by their etag.
 */
export interface NotificationQueue {
  /** The queue's URL. */
  readonly name: string;
  /** Up to ten messages, which are held from now on; none if none came within these seconds. */
  receive(signal: AbortSignal, waitSeconds: number): Promise<Received>;
  /** An object that a message told of; asks S3 about it where the message said too little. */
  open(object: NotifiedObject, signal: AbortSignal): Promise<SourceObject>;
  /** Deletes messages, all of whose objects are stored. */
  finish(messages: readonly QueueMessage[]): Promise<void>;
  /** Lets them be given out again after so many seconds; whether too often is for the queue's own dead-letter queue to say. */
  giveBack(messages: readonly QueueMessage[], delaySeconds: number): Promise<void>;
  /** What went wrong with held messages since it was last asked, each kind once until it is over. */
  troubles(): readonly Problem[];
  /** No message is held any longer: what is left comes again by itself. */
  close(): void;
}

export interface Received {
  readonly messages: readonly QueueMessage[];
  /** What could not be understood, each message once. */
  readonly problems: readonly Problem[];
  /** How many SQS gave, understood or not. */
  readonly count: number;
}

export interface QueueMessage {
  readonly id: string;
  /** What SQS knows this lending by. */
  readonly receipt: string;
  /** None: a test, or news of something else. */
  readonly objects: readonly NotifiedObject[];
  /** How often it was given out, this time included. */
  readonly received: number;
}

export interface SqsNotificationsOptions {
  readonly reach: Reach;
  readonly target: QueueTarget;
  /** For how long a message is lent at a time. Shorter, and a slow network loses it; longer, and what a dead process held waits longer. */
  readonly visibilitySeconds?: number;
}

/**
 * The longest that SQS waits for a message before it answers that there is none: the fewest calls, and no delay either, since it answers as soon
 * as there is something.
 */
export const LONG_POLL_SECONDS = 20;
const VISIBILITY_SECONDS = 60;
/** Of SQS, for all its batches. */
export const MESSAGES_PER_RECEIVE = 10;
/** Ids of messages that were reported, so that they are not again when they come again. */
const REPORTED_KEPT = 10_000;

export function sqsNotifications(options: SqsNotificationsOptions): NotificationQueue {
  const { reach, target, visibilitySeconds = VISIBILITY_SECONDS } = options;
  const { url, region, regional, identity } = target;
  const account = identity.account ?? identity.key;
  const held = new Set<QueueMessage>();
  const reported = new Set<string>();
  const troubles = new Map<string, Problem>();
  const told = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const client = () => reach.client(regional ? RegionalQueueClient : QueueUrlClient, identity, region);

  /** The same trouble would come back every twenty seconds: it is said once until it is over. */
  function trouble(error: unknown): void {
    const problem = toProblem(error, { object: url });
    const key = `${problem.code} ${problem.where.call}`;
    if (told.has(key)) return;
    told.add(key);
    troubles.set(key, problem);
  }

  async function lendFor(messages: readonly QueueMessage[], seconds: number): Promise<void> {
    for (const batch of batches(messages)) {
      const Entries = batch.map(({ receipt }, index) => ({
        Id: String(index),
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
      const place = { account, region, call: 'sqs:ChangeMessageVisibility' };
      const { Failed = [] } = await reach.call(place, () => client().send(command));
      // Lent to somebody else meanwhile, or held for twelve hours, which is all that SQS allows: it is no longer ours.
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
        lendFor([...held], visibilitySeconds).catch(trouble);
      },
      (visibilitySeconds * 1000) / 3,
    );
    // Who waits for a held message keeps the process alive; the timer alone need not.
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
    async receive(signal, waitSeconds) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: MESSAGES_PER_RECEIVE,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const place = { account, region, call: 'sqs:ReceiveMessage', idle: true, signal };
      const { Messages = [] } = await reach.call(place, () => client().send(command, { abortSignal: signal }));
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
      return s3Object({ reach, identity }, { bucket, key, etag, size, modified, region: home }, key);
    },
    async finish(messages) {
      try {
        for (const batch of batches(messages)) {
          const Entries = batch.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
          const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries });
          // Entries that SQS refuses come again and are found to be known: nothing is read twice.
          await reach.call({ account, region, call: 'sqs:DeleteMessage' }, () => client().send(command));
        }
        told.clear();
      } catch (error) {
        trouble(error);
      } finally {
        for (const message of messages) drop(message);
      }
    },
    async giveBack(messages, delaySeconds) {
      for (const message of messages) drop(message);
      await lendFor(messages, delaySeconds).catch(trouble);
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
