import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** IAM groups; their policies come from a lookup. */
export const iamGroup = declareKind({
  name: 'iam-group',
  summary: 'IAM groups with policies attached.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'ListGroups',
  scope: 'global',
  pageSize: 1000,
  items: (output) => output.Groups ?? [],
  id: (group) => group.GroupName,
  arn: (group) => group.Arn,
  title: (group) => group.GroupName,
  created: (group) => group.CreateDate,
  fields: [{ ...sharedFields.path, value: (group) => group.Path }, sharedFields.attachedPolicies, sharedFields.inlinePolicies],

  lookUps: [{ adds: 'policies', of: 'Group' }],
  page: { nameMembers: ['GroupName'] },
  example: {
    Groups: [
      {
        GroupName: 'admins',
        GroupId: 'AGPA0A1B2C3D4E5F60718',
        Arn: 'arn:aws-cn:iam::111111111111:group/admins',
        Path: '/',
        CreateDate: '2026-01-02T03:04:05.000Z',
      },
      {
        GroupName: 'readers',
        GroupId: 'AGPA1A1B2C3D4E5F60718',
        Arn: 'arn:aws-cn:iam::111111111111:group/readers',
        Path: '/',
        CreateDate: '2026-01-02T03:04:05.000Z',
      },
    ],
  },
});
