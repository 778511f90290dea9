import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Jobs of AWS Backup; the service shows those of the last 30 days. */
export const backupJob = declareKind({
  name: 'backup-job',
  summary: 'Backup jobs of the last 30 days with the resources that they backed up and how they ended.',
  service: 'backup',
  sdk: () => import('@aws-sdk/client-backup'),
  client: (sdk) => sdk.BackupClient,
  call: 'ListBackupJobs',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.BackupJobs ?? [],
  id: (job) => job.BackupJobId,
  arn: () => undefined,
  title: (job) => job.ResourceName,
  state: (job) => job.State,
  created: (job) => job.CreationDate,
  fields: [
    { ...sharedFields.backupOf, value: (job) => job.ResourceArn },
    { ...sharedFields.backupOfType, value: (job) => job.ResourceType },
    { name: 'resource.completed', type: 'date', description: 'When the job ended.', value: (job) => job.CompletionDate },
    { ...sharedFields.stateReason, value: (job) => job.StatusMessage },
  ],
  volatile: ['PercentDone', 'BytesTransferred', 'BackupSizeInBytes'],
  example: {
    BackupJobs: [
      {
        BackupJobId: '6FA2B3C4-0000-4000-8000-000000000000',
        ResourceType: 'EBS',
        State: 'COMPLETED',
        CreationDate: '2026-01-02T03:04:05.000Z',
        CompletionDate: '2026-01-02T04:04:05.000Z',
        ResourceArn: 'arn:aws-cn:ec2:cn-north-1:111111111111:volume/vol-0a1b2c3d4e5f60718',
      },
      {
        BackupJobId: '7FA2B3C4-0000-4000-8000-000000000000',
        ResourceType: 'RDS',
        State: 'FAILED',
        StatusMessage: 'access denied',
      },
    ],
  },
});
