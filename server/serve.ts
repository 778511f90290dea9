import { fastify } from 'fastify';
import type { LocalOrgscope } from '../core/orgscope.ts';
import { accessToken } from './access-token.ts';
import { answerErrors } from './answer-errors.ts';
import { addApiRoutes } from './api-routes.ts';
import { checkOrigin, isLoopback } from './check-origin.ts';
import { guardRequests } from './guard-requests.ts';
import { listenProblem } from './listen-problem.ts';
import { addOperationsRoutes } from './operations-routes.ts';
import type { MetricsText } from './prometheus-meter.ts';
import { servePage } from './serve-page.ts';

export interface ServeOptions {
  readonly orgscope: LocalOrgscope;
  /** The built page. */
  readonly webRoot: string;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly token: string;
  /** A defect of orgscope in answering: for the log, since the answer itself says little. */
  readonly onDefect: (error: unknown) => void;
  /** Served at /metrics. */
  readonly metrics?: MetricsText;
  /** Why /readyz said no: for the log, since the answer says little. */
  readonly onUnready?: (error: unknown) => void;
}

export interface Serving {
  /** `http://127.0.0.1:8686` */
  readonly address: string;
  readonly port: number;
  /** True where every request needs the token, since other machines can reach it. */
  readonly guarded: boolean;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Serves the API of `core/api/`, the page, and what operators ask: /healthz, /readyz, /metrics. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { orgscope, host, webRoot, onDefect } = options;
  const app = fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, routerOptions: { maxParamLength: 200 } });
  // JSON alone: forms and text/plain are what a page of another site may send without asking first.
  app.removeContentTypeParser('text/plain');

  const guarded = !isLoopback(host);
  const guard = guardRequests(app, {
    host,
    guarded,
    origins: checkOrigin(host, options.port),
    access: accessToken(options.token, options.port),
  });
  answerErrors(app, onDefect);
  const closing = new AbortController();
  addOperationsRoutes(
    app,
    { ready: () => orgscope.ready(), ...(options.metrics === undefined ? {} : { metrics: options.metrics }) },
    options.onUnready ?? (() => undefined),
  );
  addApiRoutes(app, { orgscope, closing: closing.signal, onDefect }, guard.withToken);
  await servePage(app, webRoot);

  try {
    await app.listen({ host, port: options.port });
  } catch (error) {
    await app.close();
    throw listenProblem(error, host, options.port);
  }
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  // With port 0 the port is known only now.
  guard.boundTo({ origins: checkOrigin(host, port), access: accessToken(options.token, port) });
  return {
    address: `http://${addressHost(host)}:${port}`,
    port,
    guarded,
    async close() {
      closing.abort();
      await app.close();
    },
  };
}

/** A wildcard is no address to open; from this machine the loopback is one. */
function addressHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
