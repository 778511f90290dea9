import { one } from './ask-aws.ts';
import { declareKind } from './declare-kind.ts';
import { isManagement } from './is-management.ts';

/** Accounts of the organisation, seen from its management account. */
export const organizationsAccount = declareKind({
  name: 'organizations-account',
  summary: 'Accounts of the organisation with their state.',
  service: 'organizations',
  sdk: () => import('@aws-sdk/client-organizations'),
  client: (sdk) => sdk.OrganizationsClient,
  call: 'ListAccounts',
  calls: ['DescribeOrganization'],
  scope: 'global',
  none: ['AWSOrganizationsNotInUseException'],
  inputs: async function* (ask, place) {
    if (isManagement(await one(ask('DescribeOrganization', {})), place)) yield {};
  },
  items: (output) => output.Accounts ?? [],
  id: (account) => account.Id,
  arn: (account) => account.Arn,
  title: (account) => account.Name,
  state: (account) => account.State ?? account.Status,
  created: (account) => account.JoinedTimestamp,
  fields: [
    { name: 'resource.email', type: 'keyword', description: 'Address of its root user.', value: (account) => account.Email },
  ],
  example: {
    Accounts: [
      {
        Id: '222222222222',
        Arn: 'arn:aws-cn:organizations::111111111111:account/o-abcde12345/222222222222',
        Name: 'shop',
        Email: 'shop@example.com',
        State: 'ACTIVE',
        JoinedTimestamp: '2026-01-02T03:04:05.000Z',
      },
      {
        Id: '333333333333',
        Arn: 'arn:aws-cn:organizations::111111111111:account/o-abcde12345/333333333333',
        Status: 'SUSPENDED',
      },
    ],
  },
  examples: { DescribeOrganization: { Organization: { MasterAccountId: '111111111111' } } },
});
