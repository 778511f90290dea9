import type {
  InternetGateway,
  NatGateway,
  NetworkInterface,
  TransitGateway,
  TransitGatewayAttachment,
} from '@aws-sdk/client-ec2';
import { arnOf } from '../organisation.ts';
import { seeded } from '../random.ts';
import { makeNetworkInterface } from './network-interface.ts';
import { type Dated, type RegionScope, ZONES } from './region-scope.ts';

// EC2 answers these words, which the SDK's types do not have.
const ATTACHED = 'available' as 'attached';
const NAT_INTERFACE = 'nat_gateway' as 'natGateway';

/** The internet gateway of one account's VPC. */
export function makeInternetGateways({ account, used, vpcId, internetGatewayId, tags }: RegionScope): InternetGateway[] {
  if (!used) return [];
  return [
    {
      InternetGatewayId: internetGatewayId,
      OwnerId: account.id,
      Attachments: [{ State: ATTACHED, VpcId: vpcId }],
      Tags: tags(`${account.team}-igw`),
    },
  ];
}

/** One NAT gateway and its network interface. */
export interface MadeNatGateway {
  readonly gateway: NatGateway;
  readonly networkInterface: Dated<NetworkInterface>;
}

/** The NAT gateways of one account, in its home region. */
export function makeNatGateways(scope: RegionScope): MadeNatGateway[] {
  const { account, home, production } = scope;
  if (!home) return [];
  const gateways: MadeNatGateway[] = [];
  if (account.size > 5) {
    for (let zone = 0; zone < (production ? 2 : 1); zone += 1)
      gateways.push(makeNatGateway(scope, `${account.team}-nat-${ZONES[zone]}`, zone, 500 + zone));
  }
  if (account.name === 'search-staging') gateways.push(makeNatGateway(scope, 'search-nat-unused', 2, 320));
  return gateways;
}

function makeNatGateway(scope: RegionScope, name: string, zone: number, days: number): MadeNatGateway {
  const random = scope.stream('nat', name);
  const time = scope.calendar.daysBefore(days);
  const ip = scope.address(zone, 9, random.int(10, 200));
  const id = `nat-0${random.hex(16)}`;
  const networkInterface = makeNetworkInterface(scope, random, ip, zone, [], {
    Description: `Interface for NAT Gateway ${id}`,
    InterfaceType: NAT_INTERFACE,
    RequesterManaged: true,
    SourceDestCheck: false,
  });
  const gateway: NatGateway = {
    NatGatewayId: id,
    State: 'available',
    ConnectivityType: 'public',
    CreateTime: new Date(time),
    VpcId: scope.vpcId,
    SubnetId: scope.subnets[zone] ?? '',
    NatGatewayAddresses: [
      {
        AllocationId: `eipalloc-0${random.hex(16)}`,
        NetworkInterfaceId: networkInterface.NetworkInterfaceId ?? '',
        PrivateIp: ip,
        PublicIp: `192.0.2.${random.int(1, 254)}`,
        IsPrimary: true,
        Status: 'succeeded',
      },
    ],
    Tags: scope.tags(name),
  };
  return { gateway, networkInterface: [time, networkInterface] };
}

/**
 * The transit gateway that this account sees in this region. The hub account owns it and shares it: `DescribeTransitGateways`
 * shows it in the other accounts too, as the hub's.
 */
export function makeTransitGateways({ organisation, account, region, home, production }: RegionScope): TransitGateway[] {
  const hub = organisation.account(HUB);
  if (!hub.regions.includes(region)) return [];
  if (account !== hub && !(production && home)) return [];
  const id = `tgw-0${seeded(organisation.seed, hub.id, region, 'transit gateway').hex(16)}`;
  return [
    {
      TransitGatewayId: id,
      TransitGatewayArn: arnOf('ec2', region, hub.id, `transit-gateway/${id}`),
      OwnerId: hub.id,
      State: 'available',
      Description: 'hub',
      CreationTime: new Date(Date.UTC(2021, 3, 12, 8)),
      Options: { AmazonSideAsn: 64_512, AutoAcceptSharedAttachments: 'enable', DnsSupport: 'enable', VpnEcmpSupport: 'enable' },
      Tags:
        account === hub
          ? [
              { Key: 'Name', Value: `hub-${region}` },
              { Key: 'team', Value: hub.team },
            ]
          : [],
    },
  ];
}

const HUB = 'network-hub';

/** The attachment of the account's VPC to the transit gateways that it sees. */
export function makeTransitGatewayAttachments(
  scope: RegionScope,
  gateways: readonly TransitGateway[],
): TransitGatewayAttachment[] {
  const { organisation, account, used, vpcId, stream, tags } = scope;
  if (!used) return [];
  return gateways.map(({ TransitGatewayId = '' }) => ({
    TransitGatewayAttachmentId: `tgw-attach-0${stream('attachment').hex(16)}`,
    TransitGatewayId,
    TransitGatewayOwnerId: organisation.account(HUB).id,
    ResourceOwnerId: account.id,
    ResourceType: 'vpc',
    ResourceId: vpcId,
    // Planted: one account's request was never accepted.
    State: account.name === 'mobile-prod' ? 'pendingAcceptance' : 'available',
    CreationTime: new Date(account.joined),
    Tags: tags(`${account.name} to hub`),
  }));
}
