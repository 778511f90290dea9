import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** IAM users as IAM lists them; their groups and policies come from a lookup. Their passwords, keys and second factors are in `iam-credential-report`. */
export const iamUser = declareKind({
  name: 'iam-user',
  summary: 'IAM users with groups, policies attached and last sign-in.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'ListUsers',
  scope: 'global',
  pageSize: 1000,
  items: (output) => output.Users ?? [],
  id: (user) => user.UserName,
  arn: (user) => user.Arn,
  title: (user) => user.UserName,
  created: (user) => user.CreateDate,
  tags: (user) => user.Tags,
  fields: [
    { ...sharedFields.path, value: (user) => user.Path },
    sharedFields.attachedPolicies,
    sharedFields.inlinePolicies,
    sharedFields.permissionsBoundary,
    { name: 'resource.groups', type: 'keyword', array: true, description: 'Groups that the user is in.' },
    {
      name: 'resource.password_last_used',
      type: 'date',
      description: 'Last sign-in with the password.',
      value: (user) => user.PasswordLastUsed,
    },
  ],
  volatile: ['PasswordLastUsed'],
  lookUps: [{ adds: 'policies', of: 'User' }],
  page: { rank: 10, nameFields: ['resource.user_name'], nameMembers: ['UserName', 'resource.user_name'] },
  example: {
    Users: [
      {
        UserName: 'ana',
        UserId: 'AIDA0A1B2C3D4E5F60718',
        Arn: 'arn:aws-cn:iam::111111111111:user/ana',
        Path: '/',
        CreateDate: '2026-01-02T03:04:05.000Z',
        PasswordLastUsed: '2026-01-03T03:04:05.000Z',
      },
      {
        UserName: 'ci',
        UserId: 'AIDA1A1B2C3D4E5F60718',
        Arn: 'arn:aws-cn:iam::111111111111:user/ci',
        Path: '/',
        CreateDate: '2026-01-02T03:04:05.000Z',
      },
    ],
  },
});
