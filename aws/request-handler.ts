import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { OrgscopeError } from '../core/problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Sockets per host. An object that is being read holds its socket after the call has returned, so this is well above the number of
 * concurrent calls: with too few sockets, listings would wait for downloads.
 */
const MAX_SOCKETS = 160;
/** How long to wait for a connection. The SDK tries again after that. */
const CONNECTION_TIMEOUT_MS = 10_000;

/** One connection pool for all clients, through the proxies and certificate authorities that the environment names. */
export function openRequestHandler(env: Environment): NodeHttpHandler {
  const proxyEnv = Object.fromEntries(
    PROXY_VARIABLES.map((name) => [name, env[name]]).filter(([, value]) => value !== undefined),
  );
  const bundle = env.AWS_CA_BUNDLE;
  const pool = { keepAlive: true, maxSockets: MAX_SOCKETS, proxyEnv };
  return new NodeHttpHandler({
    httpAgent: new HttpAgent(pool),
    httpsAgent: new HttpsAgent(bundle ? { ...pool, ca: [...getCACertificates('default'), readBundle(bundle)] } : pool),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    // bound-answers.ts limits the silence on an open connection.
    socketTimeout: 0,
    // The SDK's warnings would overwrite the progress bars on the terminal.
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

const PROXY_VARIABLES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'];

function readBundle(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new OrgscopeError(
      'missing',
      `AWS_CA_BUNDLE names a file that can't be read: ${path}`,
      'Set it to a PEM file with the certificate authority of your proxy, or unset it.',
      { file: path },
      { cause: error },
    );
  }
}
