import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Access keys of users; the key itself is never shown by IAM. */
export const iamAccessKey = declareKind({
  name: 'iam-access-key',
  summary: 'Access keys of IAM users with state and age.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'ListAccessKeys',
  calls: ['ListUsers'],
  scope: 'global',
  pageSize: 1000,
  inputs: async function* (ask) {
    for await (const { Users } of ask('ListUsers', {}, { pageSize: 1000 }))
      for (const { UserName } of Users ?? []) if (UserName) yield { UserName };
  },
  about: ({ UserName }) => UserName,
  items: (output) => output.AccessKeyMetadata ?? [],
  id: (key) => key.AccessKeyId,
  arn: () => undefined,
  title: (key) => key.UserName,
  state: (key) => key.Status,
  created: (key) => key.CreateDate,
  fields: [{ ...sharedFields.userName, value: (key) => key.UserName }],
  example: {
    AccessKeyMetadata: [
      { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', UserName: 'ci', Status: 'Active', CreateDate: '2026-01-02T03:04:05.000Z' },
      { AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', UserName: 'ci', Status: 'Inactive', CreateDate: '2026-01-02T03:04:05.000Z' },
    ],
  },
  examples: {
    ListUsers: {
      Users: [
        { UserName: 'ci', UserId: 'AIDA', Arn: '', Path: '/', CreateDate: '2026-01-02T03:04:05.000Z' },
        { UserName: 'bo', UserId: 'AIDB', Arn: '', Path: '/', CreateDate: '2026-01-02T03:04:05.000Z' },
      ],
    },
  },
});
