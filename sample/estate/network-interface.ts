import type { NetworkInterface, SecurityGroup } from '@aws-sdk/client-ec2';
import type { Random } from '../random.ts';
import type { RegionScope } from './region-scope.ts';

/** A network interface in one subnet; `more` says to what it is attached. */
export const makeNetworkInterface = (
  { account, vpcId, subnets, zoneName }: RegionScope,
  random: Random,
  ip: string,
  zone: number,
  groups: readonly SecurityGroup[],
  more: NetworkInterface,
): NetworkInterface => ({
  NetworkInterfaceId: `eni-0${random.hex(16)}`,
  OwnerId: account.id,
  VpcId: vpcId,
  SubnetId: subnets[zone] ?? '',
  AvailabilityZone: zoneName(zone),
  PrivateIpAddress: ip,
  MacAddress: `02:${[1, 2, 3, 4, 5].map(() => random.hex(2)).join(':')}`,
  Groups: groups.map(({ GroupId, GroupName }) => ({ GroupId: GroupId ?? '', GroupName: GroupName ?? '' })),
  SourceDestCheck: true,
  Status: 'in-use',
  InterfaceType: 'interface',
  TagSet: [],
  ...more,
});
