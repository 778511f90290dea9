import type { Tag } from '@aws-sdk/client-ec2';
import { type Calendar, HOUR_MS } from '../calendar.ts';
import type { Organisation, SampleAccount } from '../organisation.ts';
import { type Random, seeded } from '../random.ts';

/** A resource and the time when it was created: the estate leaves out resources of the future. */
export type Dated<Resource> = readonly [created: number, resource: Resource];

/** What all resources of one account in one region have in common: their network, their tags and how many there are. */
export interface RegionScope {
  readonly organisation: Organisation;
  readonly calendar: Calendar;
  readonly account: SampleAccount;
  readonly region: string;
  /** Whether this is the account's home region, which has most of its resources. */
  readonly home: boolean;
  readonly production: boolean;
  readonly instanceCount: number;
  /** Whether the account runs anything in this region. */
  readonly used: boolean;
  readonly vpcId: string;
  /** The VPC's addresses, in CIDR notation. */
  readonly cidr: string;
  /** One subnet for each of `ZONES`. */
  readonly subnets: readonly string[];
  readonly internetGatewayId: string;
  /** A random stream that belongs to this name alone, so that an added resource changes no existing one. */
  stream(...name: readonly (string | number)[]): Random;
  tags(name: string, more?: readonly Tag[]): Tag[];
  /** A creation time at most `oldest` days before the calendar's anchor; recent times are likelier. */
  creationTime(random: Random, oldest: number): number;
  /** A private address in one of the subnets. */
  address(zone: number, third: number, fourth: number): string;
  zoneName(zone: number): string;
}

export const ZONES = ['a', 'b', 'c'];

/** The anchor is up to 14 days old (see `Calendar`), and resources are created after it too. */
const YOUNGEST_DAYS = -14;

export function makeRegionScope(
  organisation: Organisation,
  calendar: Calendar,
  account: SampleAccount,
  region: string,
): RegionScope {
  const stream = (...name: readonly (string | number)[]): Random => seeded(organisation.seed, account.id, region, ...name);
  const network = stream('network');
  const home = account.home === region;
  // Small accounts keep to one region.
  const share = account.size <= 12 ? Number(home) : home ? 0.62 : 0.38 / (account.regions.length - 1);
  const instanceCount = Math.round(account.size * share * 1.2);
  const vpcId = `vpc-0${network.hex(16)}`;
  const subnets = ZONES.map(() => `subnet-0${network.hex(16)}`);
  const octet = network.int(16, 220);
  return {
    organisation,
    calendar,
    account,
    region,
    home,
    production: account.environment === 'prod',
    instanceCount,
    used: instanceCount > 0 || home,
    vpcId,
    cidr: `10.${octet}.0.0/16`,
    subnets,
    internetGatewayId: `igw-0${network.hex(16)}`,
    stream,
    tags: (name, more = []) => [
      { Key: 'Name', Value: name },
      { Key: 'team', Value: account.team },
      { Key: 'env', Value: account.environment },
      { Key: 'cost-center', Value: account.costCenter },
      ...more,
    ],
    creationTime: (random, oldest) =>
      calendar.daysBefore(0) - Math.floor((random.next() ** 1.6 * (oldest - YOUNGEST_DAYS) + YOUNGEST_DAYS) * 24) * HOUR_MS,
    address: (zone, third, fourth) => `10.${octet}.${zone * 16 + third}.${fourth}`,
    zoneName: (zone) => `${region}${ZONES[zone]}`,
  };
}
