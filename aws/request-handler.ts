import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { OrgscopeError } from '../core/problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Sockets per host. Objects that are being read hold theirs longer than the call lasts, so this is well above the number of
 * calls that run at once; too few would stall listings behind downloads.
 */
const MAX_SOCKETS = 160;
/** A host that does not even accept is given up; the SDK then tries again. */
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
    // Silence on an open connection is the matter of bound-answers.ts.
    socketTimeout: 0,
    // It would print to the terminal, over the progress bars.
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
