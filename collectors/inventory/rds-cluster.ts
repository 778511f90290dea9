import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** RDS clusters: Aurora, and Multi-AZ clusters of other engines. */
export const rdsCluster = declareKind({
  name: 'rds-cluster',
  summary: 'RDS clusters with engine, members and backup settings.',
  service: 'rds',
  sdk: () => import('@aws-sdk/client-rds'),
  client: (sdk) => sdk.RDSClient,
  call: 'DescribeDBClusters',
  scope: 'regional',
  pageSize: 100,
  items: (output) => output.DBClusters ?? [],
  id: (cluster) => cluster.DBClusterIdentifier,
  arn: (cluster) => cluster.DBClusterArn,
  title: (cluster) => cluster.DBClusterIdentifier,
  state: (cluster) => cluster.Status,
  created: (cluster) => cluster.ClusterCreateTime,
  tags: (cluster) => cluster.TagList,
  fields: [
    { ...sharedFields.engine, value: (cluster) => cluster.Engine },
    { ...sharedFields.engineVersion, value: (cluster) => cluster.EngineVersion },
    { ...sharedFields.encrypted, value: (cluster) => cluster.StorageEncrypted },
    { ...sharedFields.multiAz, value: (cluster) => cluster.MultiAZ },
    { ...sharedFields.sizeGib, value: (cluster) => cluster.AllocatedStorage },
    {
      name: 'resource.members',
      type: 'keyword',
      array: true,
      description: 'Identifiers of its instances.',
      value: (cluster) => (cluster.DBClusterMembers ?? []).flatMap((member) => member.DBInstanceIdentifier ?? []),
    },
    { ...sharedFields.backupRetentionDays, value: (cluster) => cluster.BackupRetentionPeriod },
  ],
  // Both move on by themselves every few minutes.
  volatile: ['LatestRestorableTime', 'EarliestRestorableTime'],
  page: {
    rank: 3,
    nameFields: ['resource.cluster_id'],
    nameMembers: ['DBClusterIdentifier', 'resource.cluster_id', 'Dimensions.Value'],
  },
  example: {
    DBClusters: [
      {
        DBClusterIdentifier: 'shop',
        DBClusterArn: 'arn:aws-cn:rds:cn-north-1:111111111111:cluster:shop',
        Engine: 'aurora-postgresql',
        EngineVersion: '16.4',
        Status: 'available',
        ClusterCreateTime: '2026-01-02T03:04:05.000Z',
        StorageEncrypted: true,
        MultiAZ: true,
        BackupRetentionPeriod: 7,
        DBClusterMembers: [{ DBInstanceIdentifier: 'shop-1', IsClusterWriter: true }],
        TagList: [{ Key: 'team', Value: 'shop' }],
      },
      {
        DBClusterIdentifier: 'shop-test',
        DBClusterArn: 'arn:aws-cn:rds:cn-north-1:111111111111:cluster:shop-test',
        Engine: 'aurora-mysql',
        Status: 'stopped',
      },
    ],
  },
});
