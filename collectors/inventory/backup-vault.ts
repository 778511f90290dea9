import { declareKind } from './declare-kind.ts';

/** Vaults of AWS Backup. */
export const backupVault = declareKind({
  name: 'backup-vault',
  summary: 'Backup vaults with their number of recovery points and lock.',
  service: 'backup',
  sdk: () => import('@aws-sdk/client-backup'),
  client: (sdk) => sdk.BackupClient,
  call: 'ListBackupVaults',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.BackupVaultList ?? [],
  id: (vault) => vault.BackupVaultName,
  arn: (vault) => vault.BackupVaultArn,
  title: (vault) => vault.BackupVaultName,
  state: (vault) => vault.VaultState,
  created: (vault) => vault.CreationDate,
  fields: [
    {
      name: 'resource.recovery_points',
      type: 'long',
      description: 'Number of recovery points in the vault.',
      value: (vault) => vault.NumberOfRecoveryPoints,
    },
    {
      name: 'resource.locked',
      type: 'boolean',
      description: 'Whether a vault lock protects its recovery points from deletion.',
      value: (vault) => vault.Locked,
    },
  ],
  volatile: ['NumberOfRecoveryPoints'],
  page: { nameFields: ['resource.backup_vault'], nameMembers: ['BackupVaultName'] },
  example: {
    BackupVaultList: [
      {
        BackupVaultName: 'Default',
        BackupVaultArn: 'arn:aws-cn:backup:cn-north-1:111111111111:backup-vault:Default',
        CreationDate: '2026-01-02T03:04:05.000Z',
        NumberOfRecoveryPoints: 12,
        Locked: false,
      },
      { BackupVaultName: 'copies', BackupVaultArn: 'arn:aws-cn:backup:cn-north-1:111111111111:backup-vault:copies' },
    ],
  },
});
