import type { Subnet, Vpc } from '@aws-sdk/client-ec2';
import { arnOf } from '../organisation.ts';
import { type RegionScope, ZONES } from './region-scope.ts';

/** The VPC of one account in one region. */
export const makeVpc = ({ account, region, vpcId, cidr, tags }: RegionScope): Vpc => ({
  VpcId: vpcId,
  OwnerId: account.id,
  State: 'available',
  CidrBlock: cidr,
  CidrBlockAssociationSet: [{ AssociationId: `vpc-cidr-assoc-${vpcId.slice(4)}`, CidrBlock: cidr }],
  IsDefault: false,
  InstanceTenancy: 'default',
  Tags: tags(`${account.name}-${region}`),
});

/** Its subnets, one in each availability zone; `instances` is how many addresses are taken. */
export const makeSubnets = (scope: RegionScope, instances: number): Subnet[] =>
  scope.subnets.map((id, zone) => ({
    SubnetId: id,
    SubnetArn: arnOf('ec2', scope.region, scope.account.id, `subnet/${id}`),
    OwnerId: scope.account.id,
    VpcId: scope.vpcId,
    State: 'available',
    CidrBlock: `${scope.address(zone, 0, 0)}/20`,
    AvailabilityZone: scope.zoneName(zone),
    AvailableIpAddressCount: 4_091 - instances,
    MapPublicIpOnLaunch: false,
    DefaultForAz: false,
    Tags: scope.tags(`${scope.account.name}-${ZONES[zone]}`),
  }));
