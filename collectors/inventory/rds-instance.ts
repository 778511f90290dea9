import { backupRecoveryPoint } from './backup-recovery-point.ts';
import { declareKind } from './declare-kind.ts';
import { rdsClusterSnapshot } from './rds-cluster-snapshot.ts';
import { rdsSnapshot } from './rds-snapshot.ts';
import { sharedFields } from './shared-fields.ts';

/** RDS database instances, Aurora's included. Neptune and DocumentDB answer to the same call and are shown too. */
export const rdsInstance = declareKind({
  name: 'rds-instance',
  summary: 'RDS database instances with engine, storage, vCPUs and memory.',
  service: 'rds',
  sdk: () => import('@aws-sdk/client-rds'),
  client: (sdk) => sdk.RDSClient,
  call: 'DescribeDBInstances',
  scope: 'regional',
  pageSize: 100,
  items: (output) => output.DBInstances ?? [],
  id: (database) => database.DBInstanceIdentifier,
  arn: (database) => database.DBInstanceArn,
  title: (database) => database.DBInstanceIdentifier,
  state: (database) => database.DBInstanceStatus,
  created: (database) => database.InstanceCreateTime,
  zone: (database) => database.AvailabilityZone,
  tags: (database) => database.TagList,
  fields: [
    { ...sharedFields.instanceType, value: (database) => database.DBInstanceClass },
    sharedFields.vcpus,
    sharedFields.memoryMib,
    sharedFields.memoryGib,
    sharedFields.hasBackup,
    sharedFields.lastBackup,
    sharedFields.lastBackupSource,
    sharedFields.lastBackupId,
    { ...sharedFields.sizeGib, value: (database) => database.AllocatedStorage },
    { ...sharedFields.encrypted, value: (database) => database.StorageEncrypted },
    { ...sharedFields.public, value: (database) => database.PubliclyAccessible },
    { ...sharedFields.vpcId, value: (database) => database.DBSubnetGroup?.VpcId },
    { ...sharedFields.engine, value: (database) => database.Engine },
    { ...sharedFields.engineVersion, value: (database) => database.EngineVersion },
    { ...sharedFields.multiAz, value: (database) => database.MultiAZ },
    { ...sharedFields.clusterId, value: (database) => database.DBClusterIdentifier },
    { ...sharedFields.backupRetentionDays, value: (database) => database.BackupRetentionPeriod },
  ],
  // Moves on by itself every five minutes.
  volatile: ['LatestRestorableTime'],
  lookUps: [
    { adds: 'size', by: 'database-class' },
    { adds: 'last-backup', among: [rdsSnapshot, rdsClusterSnapshot, backupRecoveryPoint] },
  ],
  page: {
    rank: 2,
    nameFields: ['resource.database_id'],
    nameMembers: ['DBInstanceIdentifier', 'resource.database_id', 'Dimensions.Value'],
  },
  example: {
    DBInstances: [
      {
        DBInstanceIdentifier: 'orders',
        DBInstanceArn: 'arn:aws-cn:rds:cn-north-1:111111111111:db:orders',
        DBInstanceClass: 'db.m5.large',
        Engine: 'postgres',
        DBInstanceStatus: 'available',
        InstanceCreateTime: '2026-01-02T03:04:05.000Z',
        AllocatedStorage: 100,
        StorageEncrypted: true,
        TagList: [{ Key: 'team', Value: 'orders' }],
      },
    ],
  },
});
