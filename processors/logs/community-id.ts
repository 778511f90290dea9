import { createHash } from 'node:crypto';
import { addressKey, IPV4 } from '../../core/ip-address.ts';

/** One flow between two addresses. */
export interface Flow {
  readonly source: string;
  readonly destination: string;
  /** The number of its protocol: 6 for TCP. */
  readonly protocol: number;
  /** The port; of ICMP the type. */
  readonly sourcePort?: number | undefined;
  /** The port; of ICMP the code. */
  readonly destinationPort?: number | undefined;
}

const [ICMP, TCP, UDP, ICMPV6, SCTP] = [1, 6, 17, 58, 132];
const WITH_PORTS: ReadonlySet<number> = new Set([TCP, UDP, SCTP]);

/** Types of ICMP that answer each other, in both ways. */
const pairs = (...types: readonly (readonly [number, number])[]): ReadonlyMap<number, number> =>
  new Map(types.flatMap(([asks, answers]) => [[asks, answers] as const, [answers, asks] as const]));
const ANSWERS: ReadonlyMap<number, ReadonlyMap<number, number>> = new Map([
  [ICMP, pairs([8, 0], [10, 9], [13, 14], [15, 16], [17, 18])],
  [ICMPV6, pairs([128, 129], [130, 131], [133, 134], [135, 136], [139, 140], [144, 145])],
]);

/**
 * The Community ID (version 1, seed 0) of a flow, which is the same in both directions. Undefined for what the specification makes none of: other
 * protocols than TCP, UDP, SCTP and ICMP, a missing port, and addresses that are none or of two families. https://github.com/corelight/community-id-spec
 */
export function communityId({ source, destination, protocol, sourcePort, destinationPort }: Flow): string | undefined {
  const [from, to] = [bytesOf(source), bytesOf(destination)];
  if (from === undefined || to === undefined || from.length !== to.length) return undefined;
  if (!isPort(sourcePort) || !isPort(destinationPort)) return undefined;
  const answers = ANSWERS.get(protocol);
  if (answers === undefined && !WITH_PORTS.has(protocol)) return undefined;
  const answer = answers?.get(sourcePort);
  const toPort = answer ?? destinationPort;
  // A message of ICMP that has no answer keeps its direction.
  const isOneWay = answers !== undefined && answer === undefined;
  const order = Buffer.compare(from, to) || sourcePort - toPort;
  const [first, second, firstPort, secondPort] =
    isOneWay || order < 0 ? [from, to, sourcePort, toPort] : [to, from, toPort, sourcePort];
  const hash = createHash('sha1')
    .update(uint16(0))
    .update(first)
    .update(second)
    .update(Uint8Array.of(protocol, 0))
    .update(uint16(firstPort))
    .update(uint16(secondPort));
  return `1:${hash.digest('base64')}`;
}

function bytesOf(address: string): Buffer | undefined {
  const key = addressKey(address);
  if (key === undefined) return undefined;
  return Buffer.from(address.includes(':') ? key : key.slice(IPV4.length), 'hex');
}

const isPort = (port: number | undefined): port is number =>
  Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 0xffff;
const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
