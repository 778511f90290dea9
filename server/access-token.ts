import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** Knows who has the token: by `Authorization: Bearer`, by a cookie, or by `?token=` once, which becomes the cookie. */
export interface AccessToken {
  /** By header or cookie. */
  carriedBy(request: FastifyRequest): boolean;
  /** The `Set-Cookie` for a request with the right `?token=`; undefined for any other. */
  cookieFor(token: unknown): string | undefined;
}

export function accessToken(token: string, port: number): AccessToken {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  // Digests have one length whatever was sent, so the comparison takes the same time.
  const wanted = digest(token);
  const matches = (text: string): boolean => timingSafeEqual(digest(text), wanted);
  // Cookies are shared by all ports of a host, so the port is in the name. The value is derived: the token itself is not in the browser.
  const name = `orgscope-${port}`;
  const value = digest(`cookie ${token}`).toString('base64url');
  const wantedCookie = digest(value);
  return {
    carriedBy({ headers }) {
      const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
      if (bearer !== undefined) return matches(bearer);
      const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
      const cookie = cookies.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
      return cookie !== undefined && timingSafeEqual(digest(cookie), wantedCookie);
    },
    cookieFor: (given) =>
      typeof given === 'string' && matches(given) ? `${name}=${value}; Path=/; HttpOnly; SameSite=Lax` : undefined,
  };
}
