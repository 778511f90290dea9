import { isIP } from 'node:net';

/**
 * Which Host headers are ours. A page of another site can make a browser send requests here under that site's name (DNS
 * rebinding: its name suddenly means 127.0.0.1), and would then read the answers as its own. So only names that mean this server
 * by themselves are answered.
 */
export interface OriginCheck {
  host(header: string | undefined): boolean;
  /** `Origin`: of what changes something, and of much else, a browser names the page that sent it; other programs send none. */
  origin(header: string | undefined): boolean;
  /**
   * `Sec-Fetch-Site`: browsers say of each request whether a page of ours sent it, or the reader by an address that was typed. Another port of this
   * machine is the same site, and not ours.
   */
  site(header: string | undefined): boolean;
}

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::' || host === '';

const site = (header: string | undefined): boolean => header === undefined || header === 'same-origin' || header === 'none';

export function checkOrigin(boundHost: string, port: number): OriginCheck {
  // Bound to every address, this machine has names that we can't know; there the token, which no other site has, is the check.
  if (isWildcard(boundHost)) {
    return { host: (header) => header !== undefined, origin: (header) => header === undefined || header !== 'null', site };
  }
  const names = new Set(['127.0.0.1', 'localhost', '[::1]', isIP(boundHost) === 6 ? `[${boundHost}]` : boundHost.toLowerCase()]);
  const hosts = new Set([...names].map((name) => `${name}:${port}`));
  // Browsers leave out the port that their scheme implies.
  if (port === 80) for (const name of names) hosts.add(name);
  return {
    host: (header) => header !== undefined && hosts.has(header.toLowerCase()),
    origin: (header) =>
      header === undefined || (header.startsWith('http://') && hosts.has(header.slice('http://'.length).toLowerCase())),
    site,
  };
}
