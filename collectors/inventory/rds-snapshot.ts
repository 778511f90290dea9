import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Snapshots of RDS instances, manual and automated. */
export const rdsSnapshot = declareKind({
  name: 'rds-snapshot',
  summary: 'RDS snapshots, manual and automated, with size and encryption.',
  service: 'rds',
  sdk: () => import('@aws-sdk/client-rds'),
  client: (sdk) => sdk.RDSClient,
  call: 'DescribeDBSnapshots',
  scope: 'regional',
  pageSize: 100,
  items: (output) => output.DBSnapshots ?? [],
  id: (snapshot) => snapshot.DBSnapshotIdentifier,
  arn: (snapshot) => snapshot.DBSnapshotArn,
  title: (snapshot) => snapshot.DBSnapshotIdentifier,
  state: (snapshot) => snapshot.Status,
  created: (snapshot) => snapshot.SnapshotCreateTime,
  zone: (snapshot) => snapshot.AvailabilityZone,
  tags: (snapshot) => snapshot.TagList,
  fields: [
    { ...sharedFields.engine, value: (snapshot) => snapshot.Engine },
    { ...sharedFields.engineVersion, value: (snapshot) => snapshot.EngineVersion },
    { ...sharedFields.sizeGib, value: (snapshot) => snapshot.AllocatedStorage },
    { ...sharedFields.encrypted, value: (snapshot) => snapshot.Encrypted },
    { ...sharedFields.snapshotType, value: (snapshot) => snapshot.SnapshotType },
    { ...sharedFields.databaseId, value: (snapshot) => snapshot.DBInstanceIdentifier },
  ],
  volatile: ['PercentProgress'],
  backups: (snapshot) =>
    snapshot.Status === 'available'
      ? [
          {
            of: snapshot.DBInstanceIdentifier,
            time: snapshot.SnapshotCreateTime,
            source: 'snapshot',
            id: snapshot.DBSnapshotIdentifier,
          },
        ]
      : [],
  example: {
    DBSnapshots: [
      {
        DBSnapshotIdentifier: 'rds:orders-2026-01-02',
        DBSnapshotArn: 'arn:aws-cn:rds:cn-north-1:111111111111:snapshot:rds:orders-2026-01-02',
        DBInstanceIdentifier: 'orders',
        SnapshotType: 'automated',
        Engine: 'postgres',
        AllocatedStorage: 100,
        Encrypted: true,
        Status: 'available',
        SnapshotCreateTime: '2026-01-02T03:04:05.000Z',
        TagList: [{ Key: 'team', Value: 'orders' }],
      },
      {
        DBSnapshotIdentifier: 'before-upgrade',
        DBSnapshotArn: 'arn:aws-cn:rds:cn-north-1:111111111111:snapshot:before-upgrade',
        SnapshotType: 'manual',
        Status: 'creating',
      },
    ],
  },
});
