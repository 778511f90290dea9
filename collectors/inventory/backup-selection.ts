import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Selections of AWS Backup, each of which belongs to a plan. */
export const backupSelection = declareKind({
  name: 'backup-selection',
  summary: 'Backup selections with their backup plan and role.',
  service: 'backup',
  sdk: () => import('@aws-sdk/client-backup'),
  client: (sdk) => sdk.BackupClient,
  call: 'ListBackupSelections',
  calls: ['ListBackupPlans'],
  scope: 'regional',
  pageSize: 1000,
  inputs: async function* (ask) {
    for await (const { BackupPlansList } of ask('ListBackupPlans', {}, { pageSize: 1000 })) {
      for (const { BackupPlanId } of BackupPlansList ?? []) if (BackupPlanId !== undefined) yield { BackupPlanId };
    }
  },
  about: ({ BackupPlanId }) => BackupPlanId,
  items: (output) => output.BackupSelectionsList ?? [],
  id: (selection) => selection.SelectionId,
  arn: () => undefined,
  title: (selection) => selection.SelectionName,
  created: (selection) => selection.CreationDate,
  fields: [
    {
      name: 'resource.backup_plan_id',
      type: 'keyword',
      description: 'Backup plan that it belongs to.',
      value: (selection) => selection.BackupPlanId,
    },
    { ...sharedFields.role, value: (selection) => selection.IamRoleArn },
  ],
  example: {
    BackupSelectionsList: [
      {
        SelectionId: '3fa2b3c4-0000-4000-8000-000000000000',
        SelectionName: 'tagged',
        BackupPlanId: '1fa2b3c4-0000-4000-8000-000000000000',
        CreationDate: '2026-01-02T03:04:05.000Z',
        IamRoleArn: 'arn:aws-cn:iam::111111111111:role/service-role/AWSBackupDefaultServiceRole',
      },
      { SelectionId: '4fa2b3c4-0000-4000-8000-000000000000', SelectionName: 'all' },
    ],
  },
  examples: {
    ListBackupPlans: {
      BackupPlansList: [
        { BackupPlanId: '1fa2b3c4-0000-4000-8000-000000000000' },
        { BackupPlanId: '2fa2b3c4-0000-4000-8000-000000000000' },
      ],
    },
  },
});
