import { isIP } from 'node:net';

/**
 * An address as 32 hexadecimal digits, whose order is that of addresses; undefined for what is none. As on engines an IPv4 address is the
 * IPv6 address that stands for it (`::ffff:10.0.0.1`).
 */
export function addressKey(text: string): string | undefined {
  // A zone (`fe80::1%eth0`) is an address to Node and none to a store.
  const version = text.includes('%') ? 0 : isIP(text);
  if (version === 0) return undefined;
  if (version === 4) return `${IPV4}${hexOfIpv4(text)}`;
  const [head = '', tail] = text.split('::');
  const first = groupsOf(head);
  if (tail === undefined) return first;
  return first + groupsOf(tail).padStart(KEY_DIGITS - first.length, '0');
}

/** The first and the last address of a block such as `10.0.0.0/8`, as keys; undefined for what is no block. Bits beyond the prefix may be set. */
export function addressBlock(text: string): { readonly first: string; readonly last: string } | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const key = match?.[1] === undefined ? undefined : addressKey(match[1]);
  if (match === null || key === undefined) return undefined;
  const bits = Number(match[2]) + (match[1]?.includes(':') ? 0 : 96);
  if (bits > 128) return undefined;
  const rest = (1n << BigInt(128 - bits)) - 1n;
  const first = BigInt(`0x${key}`) & ~rest;
  return { first: keyOf(first), last: keyOf(first | rest) };
}

/** An address that has the key, in a form that engines read. */
export const addressText = (key: string): string =>
  key.startsWith(IPV4)
    ? (key.slice(IPV4.length).match(/../g) ?? []).map((octet) => Number.parseInt(octet, 16)).join('.')
    : (key.match(/.{4}/g) ?? []).join(':');

const KEY_DIGITS = 32;
/** How the key of an IPv4 address begins. */
export const IPV4 = '00000000000000000000ffff';

const keyOf = (value: bigint): string => value.toString(16).padStart(KEY_DIGITS, '0');

const hexOfIpv4 = (text: string): string =>
  text
    .split('.')
    .map((octet) => Number(octet).toString(16).padStart(2, '0'))
    .join('');

/** The digits of groups between colons, of which the last may be an IPv4 address. */
const groupsOf = (text: string): string =>
  text === ''
    ? ''
    : text
        .split(':')
        .map((group) => (group.includes('.') ? hexOfIpv4(group) : group.toLowerCase().padStart(4, '0')))
        .join('');
