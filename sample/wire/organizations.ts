import * as sdk from '@aws-sdk/client-organizations';
import type { Estate } from '../estate/estate.ts';
import { PARTITION } from '../organisation.ts';
import { page } from './read-call.ts';
import { makeService, type Service, WireError } from './service.ts';

/** What Organizations answers to the management account; a member is refused, as by AWS. */
export function organizations(estate: Estate): Service {
  const { organisation } = estate;
  const { id, managementId } = organisation;
  return makeService(sdk, 'json', {
    DescribeOrganization: () => ({
      Organization: {
        Id: id,
        Arn: `arn:${PARTITION}:organizations::${managementId}:organization/${id}`,
        FeatureSet: sdk.OrganizationFeatureSet.ALL,
        MasterAccountId: managementId,
        MasterAccountArn: `arn:${PARTITION}:organizations::${managementId}:account/${id}/${managementId}`,
        MasterAccountEmail: organisation.account('examplecorp-management').email,
      },
    }),
    ListRoots: () => ({
      Roots: [{ Id: 'r-samp', Arn: `arn:${PARTITION}:organizations::${managementId}:root/${id}/r-samp`, Name: 'Root' }],
    }),
    ListAccounts: (call) => {
      if (call.account !== managementId) {
        throw new WireError(400, 'AccessDeniedException', "You don't have permissions to access this resource.");
      }
      const { items, next } = page(organisation.accounts, call.json.NextToken, call.json.MaxResults, 20);
      return {
        Accounts: items.map((account) => ({
          Id: account.id,
          Arn: `arn:${PARTITION}:organizations::${managementId}:account/${id}/${account.id}`,
          Email: account.email,
          Name: account.name,
          Status: account.suspended ? ('SUSPENDED' as const) : ('ACTIVE' as const),
          State: account.suspended ? ('SUSPENDED' as const) : ('ACTIVE' as const),
          JoinedMethod: account.id === managementId ? ('INVITED' as const) : ('CREATED' as const),
          JoinedTimestamp: new Date(account.joined),
        })),
        ...(next === undefined ? {} : { NextToken: next }),
      };
    },
  });
}
