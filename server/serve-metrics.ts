import { fastify } from 'fastify';
import { OrgscopeError } from '../core/problem.ts';
import { accessToken } from './access-token.ts';
import { checkOrigin, isLoopback } from './check-origin.ts';
import { listenProblem } from './listen-problem.ts';
import { addOperationsRoutes, isProbe, type Operations } from './operations-routes.ts';

export interface ServeMetricsOptions extends Operations {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Asked for by /metrics where others than this machine can reach it; there it must be given. */
  readonly token: string | undefined;
  readonly onUnready: (error: unknown) => void;
}

/** Serves /healthz, /readyz and /metrics, for a process that has no page: a worker. */
export async function serveMetrics(options: ServeMetricsOptions): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { host, token } = options;
  const guarded = !isLoopback(host);
  if (guarded && token === undefined) {
    const next = 'Set ORGSCOPE_TOKEN, which Prometheus then sends as a bearer token, or listen on 127.0.0.1.';
    throw new OrgscopeError('usage', `Metrics on ${host} can be reached by other machines and need a token.`, next);
  }
  const app = fastify({ forceCloseConnections: true });
  let origins = checkOrigin(host, options.port);
  app.addHook('onRequest', async (request, reply) => {
    if (!origins.host(request.headers.host)) return reply.status(403).send();
    if (!guarded || isProbe(request.url)) return;
    if (token === undefined || !accessToken(token, options.port).carriedBy(request)) return reply.status(401).send();
  });
  addOperationsRoutes(app, options, options.onUnready);
  try {
    await app.listen({ host, port: options.port });
  } catch (error) {
    await app.close();
    throw listenProblem(error, host, options.port);
  }
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  origins = checkOrigin(host, port);
  return { port, close: () => app.close() };
}
