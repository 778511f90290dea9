import { isIP } from 'node:net';
import type { AddressLocation } from '../../core/address-location.ts';
import { type ByteCache, byteCache } from '../byte-cache.ts';
import { printed, quote } from '../quoted-json.ts';
import { binaryOf, constantPart, keptGeneration, keptPart, memory, NOTHING, type Part, scratchPart } from '../record-memory.ts';
import { communityId } from './community-id.ts';
import type { LogObject } from './declare-dataset.ts';
import { endpointFields } from './endpoint-fields.ts';
import { keptJson } from './json-part.ts';
import type { Leaf } from './line-plan.ts';
import { endOf, isIpv4, isPresent, setPart, setRange, startOf } from './line-slots.ts';
import { isPrivateAddress, isPrivateIpv4, networkDirection } from './network-direction.ts';
import { type NamedEndpoint, NO_NAMES } from './resource-names.ts';

/**
 * What is known of the two sides of a line beside their addresses: what the inventory knows of them, where they lie, and which way the traffic goes. It is the same for all
 * datasets of lines, whatever their fields are called.
 */

const SIDES = ['source', 'destination'] as const;
const ENDPOINT = ['instance', 'service', 'security_group', 'load_balancer', 'interface', 'availability_zone'] as const;
const LOCATION = ['geo', 'as'] as const;
const MEMBERS = [...ENDPOINT, ...LOCATION];

const DIRECTION = 'direction';
const COMMUNITY = 'communityId';
const CROSS_ZONE = 'crossZone';

/** The slots that are filled here. */
export const SIDE_SLOTS: readonly string[] = [
  ...SIDES.flatMap((side) => MEMBERS.map((member) => `${side}.${member}`)),
  DIRECTION,
  COMMUNITY,
  CROSS_ZONE,
];

export const SIDE_LEAVES: readonly Leaf[] = [
  ...SIDES.flatMap((side) =>
    MEMBERS.map((member): Leaf => ({ field: `${side}.${member}`, slot: `${side}.${member}`, form: 'json' })),
  ),
  { field: 'network.direction', slot: DIRECTION, form: 'text' },
  { field: 'network.community_id', slot: COMMUNITY, form: 'json' },
  { field: 'network.cross_zone', slot: CROSS_ZONE, form: 'json' },
];

/** An address, and what follows from it alone. */
interface KnownAddress {
  readonly ip: string;
  readonly isPrivate: boolean;
  readonly geo: Part;
  readonly as: Part;
}

let locate: LogObject['locate'];
let addresses = addressCache(undefined);

/** Another database means other locations. */
function addressesOf(object: LogObject): ByteCache<KnownAddress | undefined> {
  if (object.locate !== locate) {
    locate = object.locate;
    addresses = addressCache(locate);
  }
  return addresses;
}

function addressCache(find: ((ip: string) => AddressLocation | undefined) | undefined): ByteCache<KnownAddress | undefined> {
  const part = (json: string): Part => (json === '' ? NOTHING : keptPart(json));
  return byteCache((from, to) => {
    const ip = binaryOf(from, to);
    if (isIP(ip) === 0) return undefined;
    const { geo, as } = find?.(ip) ?? {};
    return { ip, isPrivate: isPrivateAddress(ip), geo: part(printed(geo)), as: part(printed(as)) };
  });
}

const DOT = 0x2e;

/** Whether the internet does not route the address in a slot; undefined if it is none. An IPv4 address is looked at in place: most of them are seen once. */
function isPrivateAt(slot: number, cache: ByteCache<KnownAddress | undefined>): boolean | undefined {
  if (!isPresent(slot)) return undefined;
  if (!isIpv4(slot)) return cache(startOf(slot), endOf(slot))?.isPrivate;
  let at = startOf(slot);
  const numberAt = (): number => {
    let value = 0;
    for (; memory[at] !== DOT; at++) value = value * 10 + (memory[at] as number) - 0x30;
    at++;
    return value;
  };
  return isPrivateIpv4(numberAt(), numberAt());
}

const SECOND_BYTES = '2026-11-21T09:30:00'.length;
/** The milliseconds of an instant, by its seconds: lines that follow one another mostly have the same. */
const seconds = byteCache((from, to) => Date.parse(`${binaryOf(from, to)}Z`));

const directions = new Map<string, Part>(
  ['internal', 'inbound', 'outbound', 'external'].map((direction) => [direction, constantPart(direction)]),
);

const TRUE = constantPart('true');

/** Whether both are in zones of one region, and these differ: traffic between regions has another price. */
function areInTwoZones(one: NamedEndpoint | undefined, other: NamedEndpoint | undefined): boolean {
  const [from, to] = [one?.availabilityZone, other?.availabilityZone];
  return from !== undefined && to !== undefined && from !== to && from.slice(0, -1) === to.slice(0, -1);
}

/** The members of an endpoint, in the order of ENDPOINT, as long as the kept pieces live. */
const endpoints = new WeakMap<NamedEndpoint, { readonly generation: number; readonly parts: readonly Part[] }>();

function partsOf(endpoint: NamedEndpoint): readonly Part[] {
  const known = endpoints.get(endpoint);
  if (known?.generation === keptGeneration) return known.parts;
  const fields: { readonly [member: string]: unknown } = endpointFields(endpoint);
  const parts = ENDPOINT.map((member) => keptJson(fields[member]));
  endpoints.set(endpoint, { generation: keptGeneration, parts });
  return parts;
}

export interface SideSlots {
  /** The slot whose value the field has; -1 where the line has none. */
  ofField(field: string): number;
  /** The number of a slot of SIDE_SLOTS. */
  of(slot: string): number;
  /** The slot of the field that says which way the traffic goes, and of the network interface that saw it; -1 without them. */
  readonly direction: number;
  readonly seenAt: number;
  readonly time: number;
}

/** Yields what fills the slots of the sides. `account`: the one that the line is of. */
export function sideFiller(slots: SideSlots): (object: LogObject, account: string | undefined) => void {
  const [sourceIp, destinationIp] = SIDES.map((side) => slots.ofField(`${side}.ip`)) as [number, number];
  const [sourcePort, destinationPort] = SIDES.map((side) => slots.ofField(`${side}.port`)) as [number, number];
  const protocol = slots.ofField('network.iana_number');
  const [source, destination] = SIDES.map((side) => MEMBERS.map((member) => slots.of(`${side}.${member}`))) as [
    number[],
    number[],
  ];
  const direction = slots.of(DIRECTION);
  const community = slots.of(COMMUNITY);
  const crossZone = slots.of(CROSS_ZONE);
  const numberOf = (slot: number): number | undefined =>
    isPresent(slot) ? Number(binaryOf(startOf(slot), endOf(slot))) : undefined;

  function fillSide(members: readonly number[], address: KnownAddress | undefined, endpoint: NamedEndpoint | undefined): void {
    if (endpoint !== undefined) {
      const parts = partsOf(endpoint);
      for (let index = 0; index < ENDPOINT.length; index++) setPart(members[index] as number, parts[index] as Part);
    }
    if (address === undefined || locate === undefined) return;
    setPart(members[ENDPOINT.length] as number, address.geo);
    setPart(members[ENDPOINT.length + 1] as number, address.as);
  }

  function fillDirection(isFromOurs: boolean | undefined, isToOurs: boolean | undefined): void {
    if (isPresent(slots.direction)) setRange(direction, startOf(slots.direction), endOf(slots.direction));
    else if (isFromOurs !== undefined && isToOurs !== undefined) {
      setPart(direction, directions.get(networkDirection(isFromOurs, isToOurs)) as Part);
    }
  }

  return (object, account) => {
    const cache = addressesOf(object);
    if (object.names === NO_NAMES && locate === undefined && object.communityId !== true) {
      fillDirection(isPrivateAt(sourceIp, cache), isPrivateAt(destinationIp, cache));
      return;
    }
    const addressAt = (slot: number): KnownAddress | undefined =>
      isPresent(slot) ? cache(startOf(slot), endOf(slot)) : undefined;
    const from = addressAt(sourceIp);
    const to = addressAt(destinationIp);
    if (from === undefined && to === undefined) return;
    let [fromEndpoint, toEndpoint]: (NamedEndpoint | undefined)[] = [];
    if (object.names !== NO_NAMES) {
      const begin = startOf(slots.time);
      const timeMs = seconds(begin, begin + SECOND_BYTES);
      const seenAt = isPresent(slots.seenAt) ? binaryOf(startOf(slots.seenAt), endOf(slots.seenAt)) : undefined;
      if (from !== undefined) fromEndpoint = object.names.ofAddress(account, from.ip, timeMs, seenAt);
      if (to !== undefined) toEndpoint = object.names.ofAddress(account, to.ip, timeMs, seenAt);
    }
    fillSide(source, from, fromEndpoint);
    fillSide(destination, to, toEndpoint);
    if (areInTwoZones(fromEndpoint, toEndpoint)) setPart(crossZone, TRUE);
    fillDirection(from && (fromEndpoint !== undefined || from.isPrivate), to && (toEndpoint !== undefined || to.isPrivate));
    if (object.communityId !== true || from === undefined || to === undefined || !isPresent(protocol)) return;
    const id = communityId({
      source: from.ip,
      destination: to.ip,
      protocol: numberOf(protocol) as number,
      sourcePort: numberOf(sourcePort),
      destinationPort: numberOf(destinationPort),
    });
    if (id !== undefined) setPart(community, scratchPart(quote(id)));
  };
}
