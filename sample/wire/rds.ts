import * as sdk from '@aws-sdk/client-rds';
import type { Estate } from '../estate/estate.ts';
import { PARTITION } from '../organisation.ts';
import { page } from './read-call.ts';
import { makeService, type Service, WireError } from './service.ts';

/** The only call that the sample denies: a service control policy forbids to list databases in this account and region. */
export const DENIED = { account: 'audit', region: 'ap-southeast-2', action: 'rds:DescribeDBInstances' } as const;

/** RDS's answers about an account and region. */
export function rds(estate: Estate): Service {
  return makeService(sdk, 'query', {
    DescribeDBInstances: (call) => {
      const account = estate.account(call.account);
      if (account === undefined)
        throw new WireError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
      if (account.name === DENIED.account && call.region === DENIED.region) {
        throw new WireError(
          403,
          'AccessDenied',
          `User: arn:${PARTITION}:sts::${account.id}:assumed-role/OrganizationAccountAccessRole/orgscope is not authorized to perform: ${DENIED.action} on resource: arn:${PARTITION}:rds:${call.region}:${account.id}:db:* with an explicit deny in a service control policy`,
        );
      }
      const all = account.regions.includes(call.region) ? estate.region(account, call.region).databases : [];
      const { items, next } = page(all, call.parameters.get('Marker'), call.parameters.get('MaxRecords'), 100);
      return { DBInstances: items, ...(next === undefined ? {} : { Marker: next }) };
    },
    DescribeDBSnapshots: (call) => {
      const account = estate.account(call.account);
      const all = account?.regions.includes(call.region) ? estate.backups(account, call.region).databaseSnapshots : [];
      const { items, next } = page(all, call.parameters.get('Marker'), call.parameters.get('MaxRecords'), 100);
      return { DBSnapshots: items, ...(next === undefined ? {} : { Marker: next }) };
    },
  });
}
