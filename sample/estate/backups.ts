import type { BackupJob, BackupVaultListMember, RecoveryPointByBackupVault } from '@aws-sdk/client-backup';
import type { DBInstance, DBSnapshot } from '@aws-sdk/client-rds';
import { type Calendar, HOUR_MS } from '../calendar.ts';
import { arnOf, type Organisation, PARTITION, type SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';
import type { RegionEstate } from './region-estate.ts';

/** The vaults and recovery points of AWS Backup for one account in one region, and the jobs of the last 30 days. */
export interface RegionBackups {
  readonly vaults: readonly BackupVaultListMember[];
  readonly recoveryPoints: readonly RecoveryPointByBackupVault[];
  readonly jobs: readonly BackupJob[];
  /** RDS lists the recovery points of databases as snapshots. */
  readonly databaseSnapshots: readonly DBSnapshot[];
}

const VAULT = 'production';
/** A backup is taken every other day and kept for two weeks; AWS Backup lists jobs for 30 days. */
const EVERY_DAYS = 2;
const KEPT_DAYS = 14;
const JOB_DAYS = 30;

/** The database whose backups all fail. */
export const FAILING = { account: 'invoicing-prod', database: 'invoicing-prod-reporting' } as const;

interface Resource {
  readonly arn: string;
  readonly type: string;
  readonly name: string;
  readonly bytes: number;
}

const NONE: RegionBackups = { vaults: [], recoveryPoints: [], jobs: [], databaseSnapshots: [] };

/** Production accounts back up their databases and the volumes of long-lived machines. */
export function makeRegionBackups(
  organisation: Organisation,
  calendar: Calendar,
  account: SampleAccount,
  region: string,
  { databases, snapshots }: RegionEstate,
): RegionBackups {
  if (account.environment !== 'prod' || databases.length + snapshots.length === 0) return NONE;
  const { seed } = organisation;
  const vaultArn = arnOf('backup', region, account.id, `backup-vault:${VAULT}`);
  const role = `arn:${PARTITION}:iam::${account.id}:role/service-role/AWSBackupDefaultServiceRole`;
  const recoveryPoints: RecoveryPointByBackupVault[] = [];
  const jobs: BackupJob[] = [];
  const databaseSnapshots: DBSnapshot[] = [];

  /** Adds the job of one backup and returns the ARN of its recovery point; undefined where the backup failed or has expired. */
  const backUp = (of: Resource, taken: number, kept: boolean, made: (id: string) => string): string | undefined => {
    const random = seeded(seed, 'backup', of.arn, taken);
    const id = [8, 4, 4, 4, 12].map((length) => random.hex(length)).join('-');
    const failed = of.name === FAILING.database || random.chance(0.015);
    const ended = taken + random.int(6, 95) * 60_000;
    const point = made(id);
    if (calendar.now - taken < JOB_DAYS * 24 * HOUR_MS) {
      jobs.push({
        AccountId: account.id,
        BackupJobId: id.toUpperCase(),
        BackupVaultName: VAULT,
        BackupVaultArn: vaultArn,
        ResourceArn: of.arn,
        ResourceType: of.type,
        ResourceName: of.name,
        CreationDate: new Date(taken),
        CompletionDate: new Date(ended),
        State: failed ? 'FAILED' : 'COMPLETED',
        ...(failed
          ? { StatusMessage: 'The KMS key of the vault is not accessible to the service role' }
          : { RecoveryPointArn: point, PercentDone: '100.0', BackupSizeInBytes: of.bytes }),
        IamRoleArn: role,
        IsParent: false,
      });
    }
    if (failed || !kept) return undefined;
    recoveryPoints.push({
      RecoveryPointArn: point,
      BackupVaultName: VAULT,
      BackupVaultArn: vaultArn,
      ResourceArn: of.arn,
      ResourceType: of.type,
      ResourceName: of.name,
      Status: 'COMPLETED',
      CreationDate: new Date(taken),
      CompletionDate: new Date(ended),
      BackupSizeInBytes: of.bytes,
      IsEncrypted: true,
      IamRoleArn: role,
      IsParent: false,
    });
    return point;
  };

  for (const database of databases) {
    const name = database.DBInstanceIdentifier ?? '';
    const gib = database.AllocatedStorage ?? 0;
    const of = { arn: database.DBInstanceArn ?? '', type: 'RDS', name, bytes: Math.floor(gib * 0.6) * 1024 ** 3 };
    for (let days = JOB_DAYS - (JOB_DAYS % EVERY_DAYS); days > 0; days -= EVERY_DAYS) {
      const taken = calendar.daysBefore(days) + 4 * HOUR_MS;
      if (taken < (database.InstanceCreateTime?.getTime() ?? 0)) continue;
      const arn = backUp(of, taken, days <= KEPT_DAYS, (id) => arnOf('rds', region, account.id, `snapshot:awsbackup:job-${id}`));
      if (arn !== undefined) databaseSnapshots.push(snapshotOf(database, arn, taken));
    }
  }
  for (const snapshot of snapshots) {
    const name = snapshot.Tags?.find(({ Key }) => Key === 'Name')?.Value ?? '';
    if (!name.startsWith('backup-')) continue;
    const arn = arnOf('ec2', region, account.id, `volume/${snapshot.VolumeId}`);
    const of = { arn, type: 'EBS', name: name.slice('backup-'.length), bytes: (snapshot.VolumeSize ?? 0) * 1024 ** 3 };
    backUp(of, snapshot.StartTime?.getTime() ?? 0, true, () => arnOf('ec2', region, '', `snapshot/${snapshot.SnapshotId}`));
  }
  const vault: BackupVaultListMember = {
    BackupVaultName: VAULT,
    BackupVaultArn: vaultArn,
    CreationDate: new Date(account.joined),
    NumberOfRecoveryPoints: recoveryPoints.length,
    Locked: account.team === 'payments',
  };
  return { vaults: [vault], recoveryPoints, jobs, databaseSnapshots };
}

const snapshotOf = (database: DBInstance, arn: string, taken: number): DBSnapshot => ({
  DBSnapshotIdentifier: arn.slice(arn.indexOf(':snapshot:') + ':snapshot:'.length),
  DBSnapshotArn: arn,
  DBInstanceIdentifier: database.DBInstanceIdentifier,
  DbiResourceId: database.DbiResourceId,
  SnapshotType: 'awsbackup',
  SnapshotCreateTime: new Date(taken),
  Status: 'available',
  PercentProgress: 100,
  Engine: database.Engine,
  EngineVersion: database.EngineVersion,
  AllocatedStorage: database.AllocatedStorage,
  Encrypted: database.StorageEncrypted,
  StorageType: database.StorageType,
  AvailabilityZone: database.AvailabilityZone,
  TagList: database.TagList,
});
