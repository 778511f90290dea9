import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** SQS queues. */
export const sqsQueue = declareKind({
  name: 'sqs-queue',
  summary: 'SQS queues with their numbers of messages and settings.',
  service: 'sqs',
  sdk: () => import('@aws-sdk/client-sqs'),
  client: (sdk) => sdk.SQSClient,
  call: 'GetQueueAttributes',
  calls: ['ListQueues'],
  scope: 'regional',
  inputs: async function* (ask) {
    for await (const { QueueUrls } of ask('ListQueues', {}, { pageSize: 1000 })) {
      for (const QueueUrl of QueueUrls ?? []) yield { QueueUrl, AttributeNames: ['All' as const] };
    }
  },
  about: ({ QueueUrl }) => QueueUrl,
  listed: ({ QueueUrl }, place) => ({ QueueArn: arn(place, 'sqs', QueueUrl?.split('/').at(-1) ?? '') }),
  items: (output) => (output.Attributes === undefined ? [] : [output.Attributes]),
  id: (queue) => queue.QueueArn?.split(':').at(-1),
  arn: (queue) => queue.QueueArn,
  title: (queue) => queue.QueueArn?.split(':').at(-1),
  created: (queue) => instantOf(queue.CreatedTimestamp),
  fields: [
    {
      name: 'resource.messages',
      type: 'long',
      description: 'Approximate number of messages that can be received.',
      value: (queue) => numberOf(queue.ApproximateNumberOfMessages),
    },
    { ...sharedFields.encrypted, value: (queue) => queue.SqsManagedSseEnabled === 'true' || Boolean(queue.KmsMasterKeyId) },
    {
      name: 'resource.fifo',
      type: 'boolean',
      description: 'Whether order is kept.',
      value: (queue) => queue.FifoQueue === 'true',
    },
    {
      name: 'resource.dead_letter_queue',
      type: 'keyword',
      description: 'ARN of the queue for messages that could not be processed.',
      value: (queue) => deadLetterQueue(queue.RedrivePolicy),
    },
  ],
  volatile: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'],
  example: {
    Attributes: {
      QueueArn: 'arn:aws-cn:sqs:cn-north-1:111111111111:orders',
      CreatedTimestamp: '1767323045',
      ApproximateNumberOfMessages: '3',
      SqsManagedSseEnabled: 'true',
      RedrivePolicy: '{"deadLetterTargetArn":"arn:aws-cn:sqs:cn-north-1:111111111111:orders-dead","maxReceiveCount":5}',
    },
  },
  examples: {
    ListQueues: {
      QueueUrls: [
        'https://sqs.cn-north-1.amazonaws.com.cn/111111111111/orders',
        'https://sqs.cn-north-1.amazonaws.com.cn/111111111111/orders-dead',
      ],
    },
  },
});

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

/** Times of SQS are seconds, as text. */
const instantOf = (seconds: string | undefined): string | undefined =>
  seconds === undefined ? undefined : new Date(Number(seconds) * 1000).toISOString();

function deadLetterQueue(policy: string | undefined): string | undefined {
  return /"deadLetterTargetArn"\s*:\s*"([^"]+)"/.exec(policy ?? '')?.[1];
}
