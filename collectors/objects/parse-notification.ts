import { z } from 'zod';
import { decodeS3Key } from '../s3/list-objects.ts';

/** A new object that S3 announced. */
export interface NotifiedObject {
  readonly bucket: string;
  readonly key: string;
  /** Undefined in CloudTrail's own notifications, which have no ETag. */
  readonly etag: string | undefined;
  readonly size: number | undefined;
  readonly modified: number | undefined;
  /** Of the bucket. */
  readonly region: string | undefined;
}

/**
 * The content of a queue's message: new objects (none in a test message or one about another event of a bucket), or
 * a message that can't be understood, with the reason and what to do.
 */
export type Notification =
  | { readonly type: 'objects'; readonly objects: readonly NotifiedObject[] }
  | { readonly type: 'unknown'; readonly reason: string; readonly next: string };

/** Where it is not a number, S3 is asked for it. */
const size = z.number().int().nonnegative().optional().catch(undefined);

/** Directly from S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const s3Records = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal('aws:s3'),
        eventName: z.string(),
        awsRegion: z.string().optional(),
        eventTime: z.string().optional(),
        s3: z.object({
          bucket: z.object({ name: z.string().min(1) }),
          object: z.object({ key: z.string().min(1), size, eTag: z.string().optional() }),
        }),
      }),
    )
    .min(1),
});

/** Sent once when notifications are set up. */
const s3Test = z.object({ Event: z.literal('s3:TestEvent'), Bucket: z.string() });

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const eventBridge = z.object({ source: z.literal('aws.s3'), 'detail-type': z.string() });
const eventBridgeCreated = z.object({
  region: z.string().optional(),
  time: z.string().optional(),
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({ key: z.string().min(1), size, etag: z.string().optional() }),
  }),
});

/**
 * An EventBridge rule on the calls that CloudTrail records for a bucket, as it was needed before S3 itself sent events to EventBridge. Only calls that
 * create an object count. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-s3-info.html
 */
const RECORDED_CALL = 'AWS API Call via CloudTrail';
const MAKES_OBJECT: ReadonlySet<string> = new Set(['PutObject', 'CopyObject', 'CompleteMultipartUpload', 'PostObject']);
const recordedCall = z.object({
  detail: z.object({
    eventName: z.string(),
    eventTime: z.string().optional(),
    awsRegion: z.string().optional(),
    errorCode: z.string().nullish(),
    requestParameters: z
      .object({ bucketName: z.string().min(1), key: z.string().min(1) })
      .nullish()
      .catch(null),
  }),
});

/** From the SNS topic of a trail. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html */
const trailTopic = z.object({ s3Bucket: z.string().min(1), s3ObjectKey: z.array(z.string().min(1)) });

/** Without raw delivery SNS wraps the messages that it forwards. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const sns = z.object({ Type: z.string(), TopicArn: z.string() });
const snsNotification = z.object({ Type: z.literal('Notification'), Message: z.string() });

/** Checked because it becomes a part of the host name that is asked: a forged message must not choose another host. */
const REGION = /^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$/;
/** How much of a key a report shows: a message may hold a megabyte. Real S3 keys have at most 1,024 bytes. */
const SHOWN_KEY = 1024;

const NOTHING: Notification = { type: 'objects', objects: [] };

/** CloudTrail sends this plain text to a trail's topic when the topic is set; it announces no object. */
const isValidation = (text: string): boolean => text.startsWith('CloudTrail validation message');

export function parseNotification(body: string): Notification {
  if (isValidation(body)) return NOTHING;
  const message = parseJson(body);
  if (message === undefined) return unknown('it is not JSON');
  const wrapper = sns.safeParse(message).data;
  if (wrapper === undefined) return parseEvent(message);
  if (wrapper.Type === 'SubscriptionConfirmation') {
    return unknown(
      `it asks to confirm a subscription to ${wrapper.TopicArn}`,
      'Confirm it ("aws sns confirm-subscription", with the message\'s Token) as the owner of the queue, then delete the message.',
    );
  }
  const inner = snsNotification.safeParse(message).data;
  // The end of a subscription announces no object.
  if (inner === undefined || isValidation(inner.Message)) return NOTHING;
  const event = parseJson(inner.Message);
  return event === undefined ? unknown(`the message that ${wrapper.TopicArn} forwarded is not JSON`) : parseEvent(event);
}

function parseEvent(message: unknown): Notification {
  if (s3Test.safeParse(message).success) return NOTHING;
  const records = s3Records.safeParse(message).data?.Records;
  if (records !== undefined) {
    const objects: NotifiedObject[] = [];
    for (const { eventName, eventTime, awsRegion, s3 } of records) {
      // Removed, restored and tagged objects need no reading.
      if (!eventName.startsWith('ObjectCreated:')) continue;
      const key = decodedKey(s3.object.key);
      if (key === undefined) return unknown(`the key "${s3.object.key.slice(0, SHOWN_KEY)}" is not URL-encoded as S3 does it`);
      objects.push(notified(s3.bucket.name, key, s3.object.eTag, s3.object.size, eventTime, awsRegion));
    }
    return { type: 'objects', objects };
  }
  const event = eventBridge.safeParse(message).data;
  if (event !== undefined) {
    if (event['detail-type'] === RECORDED_CALL) return parseCall(message);
    if (event['detail-type'] !== 'Object Created') return NOTHING;
    const created = eventBridgeCreated.safeParse(message).data;
    if (created === undefined) return unknown('it is an EventBridge event without bucket or key');
    const { bucket, object } = created.detail;
    // EventBridge does not encode keys.
    return {
      type: 'objects',
      objects: [notified(bucket.name, object.key, object.etag, object.size, created.time, created.region)],
    };
  }
  const topic = trailTopic.safeParse(message).data;
  if (topic !== undefined) {
    const objects = topic.s3ObjectKey.map((key) => notified(topic.s3Bucket, key, undefined, undefined, undefined, undefined));
    return { type: 'objects', objects };
  }
  return unknown('it is neither from S3, nor from EventBridge about S3, nor from CloudTrail');
}

function parseCall(message: unknown): Notification {
  const call = recordedCall.safeParse(message).data?.detail;
  if (call === undefined) return unknown('it is an EventBridge event that does not name its call');
  const { eventName, eventTime, awsRegion, errorCode, requestParameters: made } = call;
  if (!MAKES_OBJECT.has(eventName) || (errorCode ?? '') !== '') return NOTHING;
  if (made == null) return unknown(`it announces ${eventName} without bucket or key`);
  // The record has neither ETag nor size, and its key is not encoded.
  return { type: 'objects', objects: [notified(made.bucketName, made.key, undefined, undefined, eventTime, awsRegion)] };
}

function notified(
  bucket: string,
  key: string,
  etag: string | undefined,
  size: number | undefined,
  time: string | undefined,
  region: string | undefined,
): NotifiedObject {
  const modified = time === undefined ? Number.NaN : Date.parse(time);
  return {
    bucket,
    key,
    etag: etag?.replaceAll('"', '') || undefined,
    size,
    modified: Number.isNaN(modified) ? undefined : modified,
    region: region !== undefined && REGION.test(region) ? region : undefined,
  };
}

function unknown(
  reason: string,
  next = 'It stays in the queue, and goes to its dead-letter queue if it has one: check what else than S3 sends to this queue.',
): Notification {
  return { type: 'unknown', reason, next };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decodedKey(encoded: string): string | undefined {
  try {
    return decodeS3Key(encoded);
  } catch {
    return undefined;
  }
}
