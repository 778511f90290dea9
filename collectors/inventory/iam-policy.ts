import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Policies of the account, attached or not, and those of AWS that are attached. */
export const iamPolicy = declareKind({
  name: 'iam-policy',
  summary: 'IAM policies: all of the account, and those of AWS that are attached.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'ListPolicies',
  scope: 'global',
  pageSize: 1000,

  // AWS has more than a thousand policies, of which only the attached ones concern the account.
  inputs: async function* () {
    yield { Scope: 'Local' as const };
    yield { Scope: 'AWS' as const, OnlyAttached: true };
  },
  items: (output) => output.Policies ?? [],
  id: (policy) => policy.PolicyName,
  arn: (policy) => policy.Arn,
  // A policy of AWS has one ARN for all accounts.
  sharesArn: true,
  title: (policy) => policy.PolicyName,
  state: (policy) => ((policy.AttachmentCount ?? 0) > 0 ? 'attached' : 'unattached'),
  created: (policy) => policy.CreateDate,
  tags: (policy) => policy.Tags,
  fields: [
    { ...sharedFields.path, value: (policy) => policy.Path },
    {
      name: 'resource.attachments',
      type: 'long',
      description: 'How many users, groups and roles it is attached to.',
      value: (policy) => policy.AttachmentCount,
    },
    { ...sharedFields.awsManaged, value: (policy) => policy.Arn?.includes(':iam::aws:') === true },
    { ...sharedFields.description, value: (policy) => policy.Description || undefined },
  ],
  example: {
    Policies: [
      {
        PolicyName: 'deploy',
        PolicyId: 'ANPA0A1B2C3D4E5F60718',
        Arn: 'arn:aws-cn:iam::111111111111:policy/deploy',
        Path: '/',
        DefaultVersionId: 'v1',
        AttachmentCount: 1,
        CreateDate: '2026-01-02T03:04:05.000Z',
      },
      { PolicyName: 'unused', Arn: 'arn:aws-cn:iam::111111111111:policy/unused', AttachmentCount: 0 },
    ],
  },
});
