import { declareKind } from './declare-kind.ts';
import { lowerTags } from './lower-tags.ts';
import { sharedFields } from './shared-fields.ts';

/** Tasks of every ECS cluster: those that run, and those that ended within the hour. */
export const ecsTask = declareKind({
  name: 'ecs-task',
  summary: 'ECS tasks with their state and where they run.',
  service: 'ecs',
  sdk: () => import('@aws-sdk/client-ecs'),
  client: (sdk) => sdk.ECSClient,
  call: 'DescribeTasks',
  calls: ['ListClusters', 'ListTasks'],
  scope: 'regional',
  inputs: async function* (ask, _place, below) {
    for await (const { clusterArns } of ask('ListClusters', {}, { pageSize: 100 })) {
      for (const cluster of clusterArns ?? []) {
        for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
          const listing = ask('ListTasks', { cluster, desiredStatus }, { pageSize: 100 });
          for await (const { taskArns } of below(cluster, listing)) {
            if (taskArns !== undefined && taskArns.length > 0) yield { cluster, tasks: taskArns, include: ['TAGS' as const] };
          }
        }
      }
    }
  },
  about: ({ cluster }) => cluster,
  failures: (output) => output.failures,
  items: (output) => output.tasks ?? [],
  id: (task) => task.taskArn?.split('/').at(-1),
  arn: (task) => task.taskArn,
  title: (task) => task.group,
  state: (task) => task.lastStatus,
  created: (task) => task.createdAt,
  zone: (task) => task.availabilityZone,
  tags: (task) => lowerTags(task.tags),
  fields: [
    { ...sharedFields.clusterId, value: (task) => task.clusterArn },
    { ...sharedFields.launchType, value: (task) => task.launchType },
    { ...sharedFields.stateReason, value: (task) => task.stoppedReason },
  ],
  example: {
    tasks: [
      {
        taskArn: 'arn:aws-cn:ecs:cn-north-1:111111111111:task/shop/0a1b2c3d4e5f60718293a4b5c6d7e8f9',
        clusterArn: 'arn:aws-cn:ecs:cn-north-1:111111111111:cluster/shop',
        group: 'service:web',
        lastStatus: 'RUNNING',
        launchType: 'FARGATE',
        availabilityZone: 'cn-north-1a',
        createdAt: '2026-01-02T03:04:05.000Z',
        tags: [{ key: 'team', value: 'shop' }],
      },
      { taskArn: 'arn:aws-cn:ecs:cn-north-1:111111111111:task/shop/1a1b2c3d4e5f60718293a4b5c6d7e8f9', lastStatus: 'STOPPED' },
    ],
  },
  examples: {
    ListClusters: {
      clusterArns: ['arn:aws-cn:ecs:cn-north-1:111111111111:cluster/shop', 'arn:aws-cn:ecs:cn-north-1:111111111111:cluster/old'],
    },
    ListTasks: { taskArns: ['arn:aws-cn:ecs:cn-north-1:111111111111:task/shop/0a1b2c3d4e5f60718293a4b5c6d7e8f9'] },
  },
});
