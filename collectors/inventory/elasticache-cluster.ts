import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** ElastiCache clusters; each member of a replication group is a cluster. */
export const elasticacheCluster = declareKind({
  name: 'elasticache-cluster',
  summary: 'ElastiCache clusters with engine and node type.',
  service: 'elasticache',
  sdk: () => import('@aws-sdk/client-elasticache'),
  client: (sdk) => sdk.ElastiCacheClient,
  call: 'DescribeCacheClusters',
  scope: 'regional',
  pageSize: 100,
  input: () => ({ ShowCacheNodeInfo: true }),
  items: (output) => output.CacheClusters ?? [],
  id: (cluster) => cluster.CacheClusterId,
  arn: (cluster) => cluster.ARN,
  title: (cluster) => cluster.CacheClusterId,
  state: (cluster) => cluster.CacheClusterStatus,
  created: (cluster) => cluster.CacheClusterCreateTime,
  zone: (cluster) => cluster.PreferredAvailabilityZone,
  fields: [
    { ...sharedFields.engine, value: (cluster) => cluster.Engine },
    { ...sharedFields.engineVersion, value: (cluster) => cluster.EngineVersion },
    { ...sharedFields.instanceType, value: (cluster) => cluster.CacheNodeType },
    { ...sharedFields.encrypted, value: (cluster) => cluster.AtRestEncryptionEnabled },
    { ...sharedFields.clusterId, value: (cluster) => cluster.ReplicationGroupId },
    { name: 'resource.nodes', type: 'long', description: 'Number of its nodes.', value: (cluster) => cluster.NumCacheNodes },
  ],
  page: { nameFields: ['resource.cluster_id'] },
  example: {
    CacheClusters: [
      {
        CacheClusterId: 'sessions-001',
        ARN: 'arn:aws-cn:elasticache:cn-north-1:111111111111:cluster:sessions-001',
        Engine: 'redis',
        EngineVersion: '7.1.0',
        CacheNodeType: 'cache.t4g.small',
        CacheClusterStatus: 'available',
        NumCacheNodes: 1,
        PreferredAvailabilityZone: 'cn-north-1a',
        CacheClusterCreateTime: '2026-01-02T03:04:05.000Z',
        ReplicationGroupId: 'sessions',
        AtRestEncryptionEnabled: true,
      },
      { CacheClusterId: 'old', ARN: 'arn:aws-cn:elasticache:cn-north-1:111111111111:cluster:old', Engine: 'memcached' },
    ],
  },
});
