import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Snapshots of RDS clusters, manual and automated. */
export const rdsClusterSnapshot = declareKind({
  name: 'rds-cluster-snapshot',
  summary: 'RDS cluster snapshots, manual and automated, with size and encryption.',
  service: 'rds',
  sdk: () => import('@aws-sdk/client-rds'),
  client: (sdk) => sdk.RDSClient,
  call: 'DescribeDBClusterSnapshots',
  scope: 'regional',
  pageSize: 100,
  items: (output) => output.DBClusterSnapshots ?? [],
  id: (snapshot) => snapshot.DBClusterSnapshotIdentifier,
  arn: (snapshot) => snapshot.DBClusterSnapshotArn,
  title: (snapshot) => snapshot.DBClusterSnapshotIdentifier,
  state: (snapshot) => snapshot.Status,
  created: (snapshot) => snapshot.SnapshotCreateTime,
  tags: (snapshot) => snapshot.TagList,
  fields: [
    { ...sharedFields.engine, value: (snapshot) => snapshot.Engine },
    { ...sharedFields.engineVersion, value: (snapshot) => snapshot.EngineVersion },
    { ...sharedFields.sizeGib, value: (snapshot) => snapshot.AllocatedStorage },
    { ...sharedFields.encrypted, value: (snapshot) => snapshot.StorageEncrypted },
    { ...sharedFields.snapshotType, value: (snapshot) => snapshot.SnapshotType },
    { ...sharedFields.clusterId, value: (snapshot) => snapshot.DBClusterIdentifier },
  ],
  volatile: ['PercentProgress'],
  backups: (snapshot) =>
    snapshot.Status === 'available' && snapshot.DBClusterIdentifier !== undefined
      ? [
          {
            // Clusters and instances may have the same name.
            of: `cluster:${snapshot.DBClusterIdentifier}`,
            time: snapshot.SnapshotCreateTime,
            source: 'snapshot',
            id: snapshot.DBClusterSnapshotIdentifier,
          },
        ]
      : [],
  example: {
    DBClusterSnapshots: [
      {
        DBClusterSnapshotIdentifier: 'rds:shop-2026-01-02',
        DBClusterSnapshotArn: 'arn:aws-cn:rds:cn-north-1:111111111111:cluster-snapshot:rds:shop-2026-01-02',
        DBClusterIdentifier: 'shop',
        SnapshotType: 'automated',
        Engine: 'aurora-postgresql',
        StorageEncrypted: true,
        Status: 'available',
        SnapshotCreateTime: '2026-01-02T03:04:05.000Z',
        TagList: [{ Key: 'team', Value: 'shop' }],
      },
      {
        DBClusterSnapshotIdentifier: 'before-upgrade',
        DBClusterSnapshotArn: 'arn:aws-cn:rds:cn-north-1:111111111111:cluster-snapshot:before-upgrade',
        SnapshotType: 'manual',
        Status: 'creating',
      },
    ],
  },
});
