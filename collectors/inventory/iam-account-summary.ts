import { declareKind } from './declare-kind.ts';

/** The account's use of IAM, and its limits, in numbers. */
export const iamAccountSummary = declareKind({
  name: 'iam-account-summary',
  summary: 'IAM numbers and limits of the account: users, keys, whether root has a second factor.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'GetAccountSummary',
  scope: 'global',
  // One per account.
  items: (output) => (output.SummaryMap === undefined ? [] : [{ SummaryMap: output.SummaryMap }]),
  id: (summary) => (summary.SummaryMap === undefined ? undefined : 'summary'),
  arn: () => undefined,
  fields: [
    {
      name: 'resource.users',
      type: 'long',
      description: 'IAM users of the account.',
      value: (summary) => summary.SummaryMap?.Users,
    },
    {
      name: 'resource.root_mfa',
      type: 'boolean',
      description: 'Whether root has a second factor.',
      value: (summary) => summary.SummaryMap?.AccountMFAEnabled === 1,
    },
    {
      name: 'resource.root_access_keys',
      type: 'long',
      description: 'Access keys of root.',
      value: (summary) => summary.SummaryMap?.AccountAccessKeysPresent,
    },
  ],
  example: {
    SummaryMap: { Users: 12, AccountMFAEnabled: 1, AccountAccessKeysPresent: 0 },
  },
});
