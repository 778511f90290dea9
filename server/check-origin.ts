import { isIP } from 'node:net';

/**
 * Which Host headers are ours. A page of another site can make a browser send requests here under that site's name (DNS
 * rebinding: its name suddenly means 127.0.0.1), and would then read the answers as its own. So only names that mean this server
 * by themselves are answered.
 */
export interface OriginCheck {
  host(header: string | undefined): boolean;
  /** Checks `Origin`. A browser sends it with every request that changes something, and with many others; other programs do not. */
  origin(header: string | undefined): boolean;
  /**
   * Checks `Sec-Fetch-Site`, by which a browser says whether our page, an address typed by the reader, or another site caused the request. Another port
   * of this machine counts as the same site for browsers, and is refused.
   */
  site(header: string | undefined): boolean;
}

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::' || host === '';

const site = (header: string | undefined): boolean => header === undefined || header === 'same-origin' || header === 'none';

export function checkOrigin(boundHost: string, port: number): OriginCheck {
  // A server bound to every address has names that it can't know. There the token protects it, which no other site has.
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
