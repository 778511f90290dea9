import type { BackupPlansListMember, GetBackupPlanOutput } from '@aws-sdk/client-backup';
import { one } from './ask-aws.ts';
import { declareKind } from './declare-kind.ts';
import type { Cli } from './to-cli-record.ts';

/** Plans of AWS Backup with their rules. */
export const backupPlan = declareKind({
  name: 'backup-plan',
  summary: 'Backup plans with their rules and last run.',
  service: 'backup',
  sdk: () => import('@aws-sdk/client-backup'),
  client: (sdk) => sdk.BackupClient,
  call: 'ListBackupPlans',
  calls: ['GetBackupPlan'],
  scope: 'regional',
  pageSize: 1000,
  items: (output): readonly (PlanItem & Detail)[] => output.BackupPlansList ?? [],
  // The list leaves out the rules.
  follow: async (ask, plan) => {
    if (plan.BackupPlanId === undefined) return plan;
    const { BackupPlan, AdvancedBackupSettings } = await one(ask('GetBackupPlan', { BackupPlanId: plan.BackupPlanId }));
    return { ...plan, ...(BackupPlan && { BackupPlan }), ...(AdvancedBackupSettings && { AdvancedBackupSettings }) };
  },
  id: (plan) => plan.BackupPlanId,
  arn: (plan) => plan.BackupPlanArn,
  title: (plan) => plan.BackupPlanName ?? plan.BackupPlan?.BackupPlanName,
  created: (plan) => plan.CreationDate,
  fields: [
    {
      name: 'resource.rules',
      type: 'keyword',
      array: true,
      description: 'Names of its rules.',
      value: (plan) => plan.BackupPlan?.Rules?.flatMap((rule) => rule.RuleName ?? []),
    },
    { name: 'resource.last_run', type: 'date', description: 'When it last ran.', value: (plan) => plan.LastExecutionDate },
  ],
  volatile: ['LastExecutionDate'],
  example: {
    BackupPlansList: [
      {
        BackupPlanId: '1fa2b3c4-0000-4000-8000-000000000000',
        BackupPlanArn: 'arn:aws-cn:backup:cn-north-1:111111111111:backup-plan:1fa2b3c4-0000-4000-8000-000000000000',
        BackupPlanName: 'daily',
        CreationDate: '2026-01-02T03:04:05.000Z',
        LastExecutionDate: '2026-01-03T03:04:05.000Z',
      },
      {
        BackupPlanId: '2fa2b3c4-0000-4000-8000-000000000000',
        BackupPlanArn: 'arn:aws-cn:backup:cn-north-1:111111111111:backup-plan:2fa2b3c4-0000-4000-8000-000000000000',
        BackupPlanName: 'weekly',
      },
    ],
  },
  examples: {
    GetBackupPlan: {
      BackupPlan: { BackupPlanName: 'daily', Rules: [{ RuleName: 'nightly', TargetBackupVaultName: 'Default' }] },
    },
  },
});

type PlanItem = Cli<BackupPlansListMember>;
type Detail = Pick<Cli<GetBackupPlanOutput>, 'BackupPlan' | 'AdvancedBackupSettings'>;
