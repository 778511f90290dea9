import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** States of a recovery point that can be restored, in the new and the old spelling of the API. */
const BACKED_UP: readonly (string | undefined)[] = ['COMPLETED', 'AVAILABLE', 'PARTIAL'];

/** Recovery points of AWS Backup. The ARN of a recovery point may be that of a snapshot or an image. */
export const backupRecoveryPoint = declareKind({
  name: 'backup-recovery-point',
  summary: 'Recovery points of every backup vault, with the resources that they are backups of.',
  service: 'backup',
  sdk: () => import('@aws-sdk/client-backup'),
  client: (sdk) => sdk.BackupClient,
  call: 'ListRecoveryPointsByBackupVault',
  calls: ['ListBackupVaults'],
  scope: 'regional',
  pageSize: 1000,
  inputs: async function* (ask) {
    for await (const { BackupVaultList } of ask('ListBackupVaults', {}, { pageSize: 1000 })) {
      for (const { BackupVaultName } of BackupVaultList ?? []) if (BackupVaultName !== undefined) yield { BackupVaultName };
    }
  },
  about: ({ BackupVaultName }) => BackupVaultName,
  items: (output) => output.RecoveryPoints ?? [],
  id: (point) => point.RecoveryPointArn,
  arn: (point) => point.RecoveryPointArn,
  sharesArn: true,
  title: (point) => point.ResourceName,
  state: (point) => point.Status,
  created: (point) => point.CreationDate,
  fields: [
    { ...sharedFields.backupVault, value: (point) => point.BackupVaultName },
    { ...sharedFields.backupOf, value: (point) => point.ResourceArn },
    { ...sharedFields.backupOfType, value: (point) => point.ResourceType },
    { ...sharedFields.encrypted, value: (point) => point.IsEncrypted },
    { ...sharedFields.sizeBytes, value: (point) => point.BackupSizeInBytes },
  ],
  volatile: ['LastRestoreTime'],
  backups: (point) =>
    BACKED_UP.includes(point.Status)
      ? [{ of: backedUp(point.ResourceArn), time: point.CreationDate, source: 'recovery-point', id: point.RecoveryPointArn }]
      : [],
  example: {
    RecoveryPoints: [
      {
        RecoveryPointArn: 'arn:aws-cn:ec2:cn-north-1::snapshot/snap-0a1b2c3d4e5f60718',
        BackupVaultName: 'Default',
        ResourceArn: 'arn:aws-cn:ec2:cn-north-1:111111111111:volume/vol-0a1b2c3d4e5f60718',
        ResourceType: 'EBS',
        Status: 'COMPLETED',
        CreationDate: '2026-01-02T03:04:05.000Z',
        BackupSizeInBytes: 8589934592,
        IsEncrypted: true,
      },
      {
        RecoveryPointArn: 'arn:aws-cn:backup:cn-north-1:111111111111:recovery-point:5fa2b3c4',
        BackupVaultName: 'Default',
        Status: 'EXPIRED',
      },
    ],
  },
  examples: { ListBackupVaults: { BackupVaultList: [{ BackupVaultName: 'Default' }, { BackupVaultName: 'copies' }] } },
});

/** The name by which a lookup finds backups of instances, volumes and clusters; of other resources the ARN. */
function backedUp(arn: string | undefined): string | undefined {
  if (arn === undefined) return undefined;
  const [, cluster] = /:rds:[^:]*:\d*:cluster:(.+)$/.exec(arn) ?? [];
  return cluster === undefined ? (/:ec2:[^:]*:\d*:(?:instance|volume)\/(.+)$/.exec(arn)?.[1] ?? arn) : `cluster:${cluster}`;
}
