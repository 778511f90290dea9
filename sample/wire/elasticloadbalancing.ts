import * as classicSdk from '@aws-sdk/client-elastic-load-balancing';
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Estate } from '../estate/estate.ts';
import type { RegionEstate } from '../estate/region-estate.ts';
import type { Call } from './read-call.ts';
import { makeService, type Service } from './service.ts';

/** The version that calls about classic load balancers name; others have the same names and the same endpoint. */
const CLASSIC_VERSION = '2012-06-01';

/** Elastic Load Balancing's answers about an account and region. It has few of each kind, so that a list is one page. */
export function elasticLoadBalancing(estate: Estate): Service {
  const regionOf = (call: Call): RegionEstate | undefined => {
    const account = estate.account(call.account);
    return account?.regions.includes(call.region) ? estate.region(account, call.region) : undefined;
  };
  const classic = makeService(classicSdk, 'query', {
    DescribeLoadBalancers: (call) => ({ LoadBalancerDescriptions: [...(regionOf(call)?.classicLoadBalancers ?? [])] }),
  });
  const current = makeService(sdk, 'query', {
    DescribeLoadBalancers: (call) => ({ LoadBalancers: [...(regionOf(call)?.loadBalancers ?? [])] }),
    DescribeTargetGroups: (call) => ({ TargetGroups: [...(regionOf(call)?.targetGroups ?? [])] }),
  });
  return (call, requestId) => (call.parameters.get('Version') === CLASSIC_VERSION ? classic : current)(call, requestId);
}
