import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Automated backups of RDS instances, those retained after deletion included. */
export const rdsAutomatedBackup = declareKind({
  name: 'rds-automated-backup',
  summary: 'RDS automated backups with their restore window.',
  service: 'rds',
  sdk: () => import('@aws-sdk/client-rds'),
  client: (sdk) => sdk.RDSClient,
  call: 'DescribeDBInstanceAutomatedBackups',
  scope: 'regional',
  pageSize: 100,
  items: (output) => output.DBInstanceAutomatedBackups ?? [],
  id: (backup) => backup.DbiResourceId ?? backup.DBInstanceIdentifier,
  arn: (backup) => backup.DBInstanceAutomatedBackupsArn,
  title: (backup) => backup.DBInstanceIdentifier,
  state: (backup) => backup.Status,
  created: (backup) => backup.RestoreWindow?.EarliestTime,
  zone: (backup) => backup.AvailabilityZone,
  tags: (backup) => backup.TagList,
  fields: [
    { ...sharedFields.engine, value: (backup) => backup.Engine },
    { ...sharedFields.engineVersion, value: (backup) => backup.EngineVersion },
    { ...sharedFields.sizeGib, value: (backup) => backup.AllocatedStorage },
    { ...sharedFields.encrypted, value: (backup) => backup.Encrypted },
    { ...sharedFields.databaseId, value: (backup) => backup.DBInstanceIdentifier },
    { ...sharedFields.backupRetentionDays, value: (backup) => backup.BackupRetentionPeriod },
    {
      name: 'resource.restorable_until',
      type: 'date',
      description: 'Latest time that it can be restored to.',
      value: (backup) => backup.RestoreWindow?.LatestTime,
    },
  ],
  // The window moves on with time.
  volatile: ['RestoreWindow'],
  example: {
    DBInstanceAutomatedBackups: [
      {
        DbiResourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
        DBInstanceAutomatedBackupsArn: 'arn:aws-cn:rds:cn-north-1:111111111111:auto-backup:ab-abcdefghijklmnop',
        DBInstanceIdentifier: 'orders',
        Engine: 'postgres',
        AllocatedStorage: 100,
        Encrypted: true,
        Status: 'active',
        BackupRetentionPeriod: 7,
        RestoreWindow: { EarliestTime: '2026-01-02T03:04:05.000Z', LatestTime: '2026-01-09T03:04:05.000Z' },
        TagList: [{ Key: 'team', Value: 'orders' }],
      },
      {
        DbiResourceId: 'db-BBCDEFGHIJKLMNOPQRSTUVWXYZ',
        DBInstanceAutomatedBackupsArn: 'arn:aws-cn:rds:cn-north-1:111111111111:auto-backup:ab-bbcdefghijklmnop',
        Status: 'retained',
      },
    ],
  },
});
