import * as sdk from '@aws-sdk/client-ec2';
import type { Estate } from '../estate/estate.ts';
import { instanceTypes } from '../estate/instance-types.ts';
import type { RegionEstate } from '../estate/region-estate.ts';
import { type Call, list, page } from './read-call.ts';
import { makeService, type Service, WireError } from './service.ts';

/** Pages are small, so that every run over the sample follows page tokens. */
const PAGE = 20;

/** EC2's answers about an account and region. */
export function ec2(estate: Estate): Service {
  const estateOf = (call: Call): RegionEstate => {
    filterValues(call, undefined);
    const account = estate.account(call.account);
    if (account === undefined || !account.regions.includes(call.region)) throw regionNotEnabled();
    return estate.region(account, call.region);
  };
  const pageOf = <Item>(call: Call, items: readonly Item[]) =>
    page(items, call.parameters.get('NextToken'), call.parameters.get('MaxResults'), PAGE);
  /** One page of the items under their member's name, with a token if there are more. */
  const paged = <Name extends string, Item>(call: Call, name: Name, items: readonly Item[]) => {
    const { items: some, next } = pageOf(call, items);
    return { [name]: some, ...(next === undefined ? {} : { NextToken: next }) } as Record<Name, Item[]> & { NextToken?: string };
  };
  const ownedBy = <Item extends { OwnerId?: string | undefined }>(call: Call, items: readonly Item[]): readonly Item[] => {
    const owners = list(call, 'OwnerId').concat(list(call, 'Owner'));
    return owners.length === 0 || owners.includes('self') || owners.includes(call.account) ? items : [];
  };

  return makeService(sdk, 'ec2', {
    DescribeRegions: (call) => ({
      Regions: (estate.account(call.account)?.regions ?? []).map((region) => ({
        RegionName: region,
        Endpoint: `ec2.${region}.amazonaws.com`,
        OptInStatus: 'opt-in-not-required',
      })),
    }),
    DescribeInstances: (call) => paged(call, 'Reservations', estateOf(call).reservations),
    DescribeInstanceTypes: (call) => {
      const wanted = list(call, 'InstanceType');
      const named = filterValues(call, 'instance-type');
      const filter = wanted.length > 0 ? wanted : [...instanceTypes.keys()].filter((name) => named?.includes(name) ?? true);
      return paged(
        call,
        'InstanceTypes',
        filter.map((name) => {
          const type = instanceTypes.get(name);
          if (type === undefined)
            throw new WireError(400, 'InvalidInstanceType', `The following supplied instance types do not exist: [${name}]`);
          return {
            InstanceType: type.name as sdk._InstanceType,
            CurrentGeneration: true,
            VCpuInfo: {
              DefaultVCpus: type.vcpus,
              DefaultCores: Math.max(1, type.vcpus / 2),
              DefaultThreadsPerCore: type.arm ? 1 : 2,
            },
            MemoryInfo: { SizeInMiB: type.memoryMib },
            ProcessorInfo: { SupportedArchitectures: [type.arm ? 'arm64' : 'x86_64'] },
          };
        }),
      );
    },
    DescribeSecurityGroups: (call) => paged(call, 'SecurityGroups', estateOf(call).securityGroups),
    DescribeNetworkInterfaces: (call) => paged(call, 'NetworkInterfaces', estateOf(call).networkInterfaces),
    DescribeVolumes: (call) => paged(call, 'Volumes', estateOf(call).volumes),
    DescribeVpcs: (call) => paged(call, 'Vpcs', estateOf(call).vpcs),
    DescribeSubnets: (call) => paged(call, 'Subnets', estateOf(call).subnets),
    DescribeSnapshots: (call) => paged(call, 'Snapshots', ownedBy(call, estateOf(call).snapshots)),
    DescribeImages: (call) => paged(call, 'Images', ownedBy(call, estateOf(call).images)),
    DescribeInternetGateways: (call) => paged(call, 'InternetGateways', estateOf(call).internetGateways),
    DescribeNatGateways: (call) => paged(call, 'NatGateways', estateOf(call).natGateways),
    DescribeTransitGateways: (call) => paged(call, 'TransitGateways', estateOf(call).transitGateways),
    DescribeTransitGatewayAttachments: (call) =>
      paged(call, 'TransitGatewayAttachments', estateOf(call).transitGatewayAttachments),
  });
}

/** The values of the only filter that the sample knows. Any other filter is an error: ignoring it would give a wrong answer. */
function filterValues(call: Call, known: string | undefined): readonly string[] | undefined {
  const name = call.parameters.get('Filter.1.Name');
  if (name === null) return undefined;
  if (name !== known || call.parameters.has('Filter.2.Name')) {
    throw new WireError(400, 'InvalidParameterValue', 'The sample organisation does not know this filter');
  }
  return list(call, 'Filter.1.Value');
}

/** EC2's error for a region that is not enabled in the account. */
const regionNotEnabled = (): WireError =>
  new WireError(401, 'AuthFailure', 'AWS was not able to validate the provided access credentials');
