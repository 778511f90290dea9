import { addressBlock, addressKey } from '../../core/ip-address.ts';

/** Addresses that the internet does not route: private, shared by a provider, of one link, and unique local ones of IPv6. */
const INSIDE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
].flatMap((block) => addressBlock(block) ?? []);

/** Whether the internet does not route the address. */
export function isPrivateAddress(ip: string): boolean {
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
