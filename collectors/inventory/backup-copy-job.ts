import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Copy jobs of AWS Backup; the service shows those of the last 30 days. */
export const backupCopyJob = declareKind({
  name: 'backup-copy-job',
  summary: 'Backup copy jobs of the last 30 days with the vaults that they copy to.',
  service: 'backup',
  sdk: () => import('@aws-sdk/client-backup'),
  client: (sdk) => sdk.BackupClient,
  call: 'ListCopyJobs',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.CopyJobs ?? [],
  id: (job) => job.CopyJobId,
  arn: () => undefined,
  title: (job) => job.ResourceName,
  state: (job) => job.State,
  created: (job) => job.CreationDate,
  fields: [
    { ...sharedFields.backupOf, value: (job) => job.ResourceArn },
    { ...sharedFields.backupOfType, value: (job) => job.ResourceType },
    { name: 'resource.completed', type: 'date', description: 'When the job ended.', value: (job) => job.CompletionDate },
    { ...sharedFields.stateReason, value: (job) => job.StatusMessage },
    {
      name: 'resource.copied_to',
      type: 'keyword',
      description: 'ARN of the vault that the copy goes to.',
      value: (job) => job.DestinationBackupVaultArn,
    },
  ],
  volatile: ['PercentDone', 'BytesTransferred', 'BackupSizeInBytes'],
  example: {
    CopyJobs: [
      {
        CopyJobId: '6FA2B3C4-0000-4000-8000-000000000000',
        ResourceType: 'EBS',
        State: 'COMPLETED',
        CreationDate: '2026-01-02T03:04:05.000Z',
        CompletionDate: '2026-01-02T04:04:05.000Z',
        ResourceArn: 'arn:aws-cn:ec2:cn-north-1:111111111111:volume/vol-0a1b2c3d4e5f60718',
      },
      { CopyJobId: '7FA2B3C4-0000-4000-8000-000000000000', ResourceType: 'RDS', State: 'FAILED', StatusMessage: 'access denied' },
    ],
  },
});
