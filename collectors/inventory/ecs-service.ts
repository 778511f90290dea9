import { declareKind } from './declare-kind.ts';
import { lowerTags } from './lower-tags.ts';
import { sharedFields } from './shared-fields.ts';

/** Services of every ECS cluster. */
export const ecsService = declareKind({
  name: 'ecs-service',
  summary: 'ECS services with their desired and running tasks.',
  service: 'ecs',
  sdk: () => import('@aws-sdk/client-ecs'),
  client: (sdk) => sdk.ECSClient,
  call: 'DescribeServices',
  calls: ['ListClusters', 'ListServices'],
  scope: 'regional',
  inputs: async function* (ask, _place, below) {
    for await (const { clusterArns } of ask('ListClusters', {}, { pageSize: 100 })) {
      for (const cluster of clusterArns ?? []) {
        // DescribeServices accepts at most ten services.
        for await (const { serviceArns } of below(cluster, ask('ListServices', { cluster }, { pageSize: 10 }))) {
          if (serviceArns !== undefined && serviceArns.length > 0)
            yield { cluster, services: serviceArns, include: ['TAGS' as const] };
        }
      }
    }
  },
  about: ({ cluster }) => cluster,
  failures: (output) => output.failures,
  items: (output) => output.services ?? [],
  id: (service) => service.serviceName,
  arn: (service) => service.serviceArn,
  title: (service) => service.serviceName,
  state: (service) => service.status,
  created: (service) => service.createdAt,
  tags: (service) => lowerTags(service.tags),
  fields: [
    { ...sharedFields.clusterId, value: (service) => service.clusterArn },
    { ...sharedFields.launchType, value: (service) => service.launchType },
    {
      name: 'resource.desired_tasks',
      type: 'long',
      description: 'Tasks that should run.',
      value: (service) => service.desiredCount,
    },
    { ...sharedFields.runningTasks, value: (service) => service.runningCount },
  ],
  volatile: ['runningCount', 'pendingCount', 'events', 'deployments'],
  example: {
    services: [
      {
        serviceName: 'web',
        serviceArn: 'arn:aws-cn:ecs:cn-north-1:111111111111:service/shop/web',
        clusterArn: 'arn:aws-cn:ecs:cn-north-1:111111111111:cluster/shop',
        status: 'ACTIVE',
        launchType: 'FARGATE',
        desiredCount: 3,
        runningCount: 3,
        createdAt: '2026-01-02T03:04:05.000Z',
        tags: [{ key: 'team', value: 'shop' }],
      },
      { serviceName: 'old', serviceArn: 'arn:aws-cn:ecs:cn-north-1:111111111111:service/shop/old', status: 'DRAINING' },
    ],
  },
  examples: {
    ListClusters: {
      clusterArns: ['arn:aws-cn:ecs:cn-north-1:111111111111:cluster/shop', 'arn:aws-cn:ecs:cn-north-1:111111111111:cluster/old'],
    },
    ListServices: { serviceArns: ['arn:aws-cn:ecs:cn-north-1:111111111111:service/shop/web'] },
  },
});
