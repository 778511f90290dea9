import { isIPv4 } from 'node:net';
import { addressBlock, addressKey } from '../../core/ip-address.ts';

/** Addresses of IPv6 that the internet does not route: unique local ones, and those of one link. */
const INSIDE = ['fc00::/7', 'fe80::/10'].flatMap((block) => addressBlock(block) ?? []);

/** Whether the internet does not route an IPv4 address that begins with these two numbers. */
export const isPrivateIpv4 = (first: number, second: number): boolean =>
  first === 10 ||
  (first === 172 && second >= 16 && second <= 31) ||
  (first === 192 && second === 168) ||
  (first === 100 && second >= 64 && second <= 127) ||
  (first === 169 && second === 254);

/** Whether the internet does not route the address. */
export function isPrivateAddress(ip: string): boolean {
  if (isIPv4(ip)) {
    const [first = 0, second = 0] = ip.split('.', 2).map(Number);
    return isPrivateIpv4(first, second);
  }
  const key = addressKey(ip);
  return key !== undefined && INSIDE.some(({ first, last }) => key >= first && key <= last);
}

/**
 * `network.direction` as ECS words it, by whether a side is ours: the inventory knows it, or its address is a private one. What a flow itself says (`ingress`,
 * `egress`) stands, and is not asked about here.
 */
export function networkDirection(fromOurs: boolean, toOurs: boolean): 'internal' | 'outbound' | 'inbound' | 'external' {
  if (fromOurs) return toOurs ? 'internal' : 'outbound';
  return toOurs ? 'inbound' : 'external';
}
