import { declareKind } from './declare-kind.ts';

/** The password policy of the account; an account without one has no record. */
export const iamPasswordPolicy = declareKind({
  name: 'iam-password-policy',
  summary: 'Password policy of the account.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'GetAccountPasswordPolicy',
  scope: 'global',
  none: ['NoSuchEntityException'],
  items: (output) => (output.PasswordPolicy === undefined ? [] : [output.PasswordPolicy]),
  id: (policy) => (policy.MinimumPasswordLength === undefined ? undefined : 'password-policy'),
  arn: () => undefined,
  fields: [
    {
      name: 'resource.minimum_length',
      type: 'long',
      description: 'Characters that a password must have.',
      value: (policy) => policy.MinimumPasswordLength,
    },
    {
      name: 'resource.max_age_days',
      type: 'long',
      description: 'Days after which a password must be changed; absent where passwords do not expire.',
      value: (policy) => policy.MaxPasswordAge,
    },
  ],
  example: {
    PasswordPolicy: {
      MinimumPasswordLength: 14,
      RequireSymbols: true,
      RequireNumbers: true,
      ExpirePasswords: true,
      MaxPasswordAge: 90,
    },
  },
});
