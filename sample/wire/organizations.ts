import * as sdk from '@aws-sdk/client-organizations';
import type { Estate } from '../estate/estate.ts';
import { PARTITION } from '../organisation.ts';
import { type Call, page } from './read-call.ts';
import { makeService, type Service, WireError } from './service.ts';

/** Organizations' answers to the management account; like AWS, it denies the calls of member accounts. */
export function organizations(estate: Estate): Service {
  const { organisation } = estate;
  const { id, managementId, rootId } = organisation;
  const arn = (resource: string) => `arn:${PARTITION}:organizations::${managementId}:${resource}`;
  const onlyManagement = (call: Call) => {
    if (call.account !== managementId)
      throw new WireError(400, 'AccessDeniedException', "You don't have permissions to access this resource.");
  };
  return makeService(sdk, 'json', {
    DescribeOrganization: () => ({
      Organization: {
        Id: id,
        Arn: arn(`organization/${id}`),
        FeatureSet: sdk.OrganizationFeatureSet.ALL,
        MasterAccountId: managementId,
        MasterAccountArn: arn(`account/${id}/${managementId}`),
        MasterAccountEmail: organisation.account('examplecorp-management').email,
      },
    }),
    ListRoots: (call) => {
      onlyManagement(call);
      return { Roots: [{ Id: rootId, Arn: arn(`root/${id}/${rootId}`), Name: 'Root' }] };
    },
    ListOrganizationalUnitsForParent: (call) => {
      onlyManagement(call);
      const { ParentId, NextToken, MaxResults } = call.json;
      const within = organisation.units.filter(({ parentId }) => parentId === ParentId);
      const { items, next } = page(within, NextToken, MaxResults, 20);
      return {
        OrganizationalUnits: items.map((unit) => ({ Id: unit.id, Arn: arn(`ou/${id}/${unit.id}`), Name: unit.name })),
        ...(next === undefined ? {} : { NextToken: next }),
      };
    },
    ListAccounts: (call) => {
      onlyManagement(call);
      const { items, next } = page(organisation.accounts, call.json.NextToken, call.json.MaxResults, 20);
      return {
        Accounts: items.map((account) => ({
          Id: account.id,
          Arn: arn(`account/${id}/${account.id}`),
          Email: account.email,
          Name: account.name,
          Status: account.suspended ? ('SUSPENDED' as const) : ('ACTIVE' as const),
          State: account.suspended ? ('SUSPENDED' as const) : ('ACTIVE' as const),
          Paths: [`${[id, rootId, ...account.units.map((unit) => unit.id), account.id].join('/')}/`],
          JoinedMethod: account.id === managementId ? ('INVITED' as const) : ('CREATED' as const),
          JoinedTimestamp: new Date(account.joined),
        })),
        ...(next === undefined ? {} : { NextToken: next }),
      };
    },
  });
}
