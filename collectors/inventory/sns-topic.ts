import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** SNS topics. */
export const snsTopic = declareKind({
  name: 'sns-topic',
  summary: 'SNS topics with their subscriptions.',
  service: 'sns',
  sdk: () => import('@aws-sdk/client-sns'),
  client: (sdk) => sdk.SNSClient,
  call: 'GetTopicAttributes',
  calls: ['ListTopics'],
  scope: 'regional',
  inputs: async function* (ask) {
    for await (const { Topics } of ask('ListTopics', {}))
      for (const { TopicArn } of Topics ?? []) if (TopicArn) yield { TopicArn };
  },
  about: ({ TopicArn }) => TopicArn,
  listed: ({ TopicArn = '' }) => ({ TopicArn }),
  items: (output) => (output.Attributes === undefined ? [] : [output.Attributes]),
  id: (topic) => topic.TopicArn?.split(':').at(-1),
  arn: (topic) => topic.TopicArn,
  owner: (topic) => topic.Owner,
  title: (topic) => topic.DisplayName || topic.TopicArn?.split(':').at(-1),
  fields: [
    {
      name: 'resource.subscriptions',
      type: 'long',
      description: 'Confirmed subscriptions.',
      value: (topic) => (topic.SubscriptionsConfirmed === undefined ? undefined : Number(topic.SubscriptionsConfirmed)),
    },
    { ...sharedFields.encrypted, value: (topic) => Boolean(topic.KmsMasterKeyId) },
  ],
  volatile: ['SubscriptionsPending'],
  example: {
    Attributes: {
      TopicArn: 'arn:aws-cn:sns:cn-north-1:111111111111:alerts',
      Owner: '111111111111',
      DisplayName: '',
      SubscriptionsConfirmed: '2',
    },
  },
  examples: {
    ListTopics: {
      Topics: [
        { TopicArn: 'arn:aws-cn:sns:cn-north-1:111111111111:alerts' },
        { TopicArn: 'arn:aws-cn:sns:cn-north-1:111111111111:orders' },
      ],
    },
  },
});
