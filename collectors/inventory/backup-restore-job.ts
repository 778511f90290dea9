import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Restore jobs of AWS Backup. */
export const backupRestoreJob = declareKind({
  name: 'backup-restore-job',
  summary: 'Restore jobs with the restored resources and how they ended.',
  service: 'backup',
  sdk: () => import('@aws-sdk/client-backup'),
  client: (sdk) => sdk.BackupClient,
  call: 'ListRestoreJobs',
  scope: 'regional',
  pageSize: 1000,
  items: (output) => output.RestoreJobs ?? [],
  id: (job) => job.RestoreJobId,
  arn: () => undefined,

  state: (job) => job.Status,
  created: (job) => job.CreationDate,
  fields: [
    { ...sharedFields.backupOf, value: (job) => job.SourceResourceArn },
    { ...sharedFields.backupOfType, value: (job) => job.ResourceType },
    { name: 'resource.completed', type: 'date', description: 'When the job ended.', value: (job) => job.CompletionDate },
    { ...sharedFields.stateReason, value: (job) => job.StatusMessage },
    {
      name: 'resource.restored',
      type: 'keyword',
      description: 'ARN of the restored resource.',
      value: (job) => job.CreatedResourceArn,
    },
  ],
  volatile: ['PercentDone', 'BytesTransferred', 'BackupSizeInBytes'],
  example: {
    RestoreJobs: [
      {
        RestoreJobId: '6FA2B3C4-0000-4000-8000-000000000000',
        ResourceType: 'EBS',
        Status: 'COMPLETED',
        CreationDate: '2026-01-02T03:04:05.000Z',
        CompletionDate: '2026-01-02T04:04:05.000Z',
        CreatedResourceArn: 'arn:aws-cn:ec2:cn-north-1:111111111111:volume/vol-1a1b2c3d4e5f60718',
      },
      {
        RestoreJobId: '7FA2B3C4-0000-4000-8000-000000000000',
        ResourceType: 'RDS',
        Status: 'FAILED',
        StatusMessage: 'access denied',
      },
    ],
  },
});
