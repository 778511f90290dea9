import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OrgscopeError } from '../core/problem.ts';
import type { AccessToken } from './access-token.ts';
import { isLoopback, type OriginCheck } from './check-origin.ts';
import { HEADERS } from './headers.ts';
import { isProbe } from './operations-routes.ts';

interface Checks {
  readonly origins: OriginCheck;
  readonly access: AccessToken;
}

export interface Guard {
  /** For routes that need the token even from this machine. */
  withToken(request: FastifyRequest): Promise<void>;
  /** Replaces the checks, which depend on the port, once the port is known. */
  boundTo(checks: Checks): void;
}

/** Refuses requests of other sites, and requests without the token where other machines can reach the server (`guarded`). */
export function guardRequests(
  app: FastifyInstance,
  { host, guarded, ...first }: Checks & { readonly host: string; readonly guarded: boolean },
): Guard {
  let checks: Checks = first;
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    if (!checks.origins.host(request.headers.host)) {
      throw new OrgscopeError(
        'denied',
        'This is not the address of orgscope.',
        `Open it at http://127.0.0.1:${portOf(request)}.`,
      );
    }
    // Another site may link to the page; requests that do work or answer data must come from the page itself.
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && !/^\/+(api|metrics)\b/.test(request.url);
    if (!isPage && !(checks.origins.origin(request.headers.origin) && checks.origins.site(header(request, 'sec-fetch-site')))) {
      throw new OrgscopeError('denied', 'Another site sent this request.', 'Use the page of orgscope itself.');
    }
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    if (!guarded || isProbe(request.url) || checks.access.carriedBy(request)) return;
    const { token, ...rest } = request.query as Record<string, string>;
    const cookie = checks.access.cookieFor(token);
    if (cookie === undefined) throw unauthorised(host);
    // The token leaves the address, so that it is neither bookmarked nor shown.
    const path = `/${(request.url.split('?', 1)[0] ?? '').replace(/^\/+/, '')}`;
    const query = new URLSearchParams(rest).toString();
    return reply.header('set-cookie', cookie).redirect(`${path}${query === '' ? '' : `?${query}`}`, 303);
  });

  return {
    async withToken(request) {
      if (!checks.access.carriedBy(request)) throw unauthorised(host);
    },
    boundTo(later) {
      checks = later;
    },
  };
}

function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join() : value;
}

const portOf = (request: FastifyRequest): number | undefined => request.socket.localPort;

function unauthorised(host: string): Error {
  const next = isLoopback(host)
    ? 'The commands of orgscope find it in up.json of the data folder.'
    : 'Open the address that `orgscope up` printed, which carries it, or send `Authorization: Bearer TOKEN`.';
  return Object.assign(new OrgscopeError('denied', 'This takes the token of this orgscope.', next), { statusCode: 401 });
}
