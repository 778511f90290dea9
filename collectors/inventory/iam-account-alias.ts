import { declareKind } from './declare-kind.ts';

/** The account's sign-in name. */
export const iamAccountAlias = declareKind({
  name: 'iam-account-alias',
  summary: 'Sign-in alias of the account.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'ListAccountAliases',
  scope: 'global',
  pageSize: 1000,
  items: (output) => (output.AccountAliases ?? []).map((AccountAlias) => ({ AccountAlias })),
  id: (alias) => alias.AccountAlias,
  arn: () => undefined,
  title: (alias) => alias.AccountAlias,
  example: { AccountAliases: ['company-main'] },
});
