import { declareKind } from './declare-kind.ts';
import { lowerTags } from './lower-tags.ts';
import { sharedFields } from './shared-fields.ts';

/** ECS clusters. */
export const ecsCluster = declareKind({
  name: 'ecs-cluster',
  summary: 'ECS clusters with their numbers of services and tasks.',
  service: 'ecs',
  sdk: () => import('@aws-sdk/client-ecs'),
  client: (sdk) => sdk.ECSClient,
  call: 'DescribeClusters',
  calls: ['ListClusters'],
  scope: 'regional',
  inputs: async function* (ask) {
    for await (const { clusterArns } of ask('ListClusters', {}, { pageSize: 100 })) {
      if (clusterArns !== undefined && clusterArns.length > 0) yield { clusters: clusterArns, include: ['TAGS' as const] };
    }
  },
  failures: (output) => output.failures,
  items: (output) => output.clusters ?? [],
  id: (cluster) => cluster.clusterName,
  arn: (cluster) => cluster.clusterArn,
  title: (cluster) => cluster.clusterName,
  state: (cluster) => cluster.status,
  tags: (cluster) => lowerTags(cluster.tags),
  fields: [
    { ...sharedFields.runningTasks, value: (cluster) => cluster.runningTasksCount },
    { name: 'resource.services', type: 'long', description: 'Active services.', value: (cluster) => cluster.activeServicesCount },
  ],
  volatile: ['runningTasksCount', 'pendingTasksCount', 'registeredContainerInstancesCount'],
  page: { nameFields: ['resource.cluster_id'] },
  example: {
    clusters: [
      {
        clusterName: 'shop',
        clusterArn: 'arn:aws-cn:ecs:cn-north-1:111111111111:cluster/shop',
        status: 'ACTIVE',
        runningTasksCount: 3,
        activeServicesCount: 1,
        tags: [{ key: 'team', value: 'shop' }],
      },
      { clusterName: 'old', clusterArn: 'arn:aws-cn:ecs:cn-north-1:111111111111:cluster/old', status: 'INACTIVE' },
    ],
  },
  examples: { ListClusters: { clusterArns: ['arn:aws-cn:ecs:cn-north-1:111111111111:cluster/shop'] } },
});
