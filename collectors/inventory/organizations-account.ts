import { one } from './ask-aws.ts';
import { declareKind } from './declare-kind.ts';
import { isManagement } from './is-management.ts';
import { type AccountRecord, unitPath, withUnits } from './units-above.ts';

/** Accounts of the organisation, seen from its management account. */
export const organizationsAccount = declareKind({
  name: 'organizations-account',
  summary: 'Accounts of the organisation with their state and organisational unit.',
  service: 'organizations',
  sdk: () => import('@aws-sdk/client-organizations'),
  client: (sdk) => sdk.OrganizationsClient,
  call: 'ListAccounts',
  calls: ['DescribeOrganization', 'ListOrganizationalUnitsForParent'],
  scope: 'global',
  none: ['AWSOrganizationsNotInUseException'],
  inputs: async function* (ask, place) {
    if (isManagement(await one(ask('DescribeOrganization', {})), place)) yield {};
  },
  items: (output): readonly AccountRecord[] => output.Accounts ?? [],
  follow: withUnits,
  id: (account) => account.Id,
  arn: (account) => account.Arn,
  title: (account) => account.Name,
  state: (account) => account.State ?? account.Status,
  created: (account) => account.JoinedTimestamp,
  fields: [
    { name: 'resource.email', type: 'keyword', description: 'Address of its root user.', value: (account) => account.Email },
    {
      name: 'resource.organizational_unit',
      type: 'keyword',
      description:
        'Organisational unit that it is in, by names from the top, such as `Workloads/Prod`; absent right under the root.',
      value: unitPath,
    },
  ],
  page: { rank: 11 },
  example: {
    Accounts: [
      {
        Id: '222222222222',
        Arn: 'arn:aws-cn:organizations::111111111111:account/o-abcde12345/222222222222',
        Name: 'shop',
        Email: 'shop@example.com',
        State: 'ACTIVE',
        Paths: ['o-abcde12345/r-ab12/ou-ab12-0a1b2c3d/222222222222/'],
        JoinedTimestamp: '2026-01-02T03:04:05.000Z',
      },
      {
        Id: '333333333333',
        Arn: 'arn:aws-cn:organizations::111111111111:account/o-abcde12345/333333333333',
        Status: 'SUSPENDED',
      },
    ],
  },
  examples: {
    DescribeOrganization: { Organization: { MasterAccountId: '111111111111' } },
    ListOrganizationalUnitsForParent: {
      OrganizationalUnits: [
        {
          Id: 'ou-ab12-0a1b2c3d',
          Arn: 'arn:aws-cn:organizations::111111111111:ou/o-abcde12345/ou-ab12-0a1b2c3d',
          Name: 'production',
        },
      ],
    },
  },
});
