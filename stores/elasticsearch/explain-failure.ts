import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { OrgscopeError } from '../../core/problem.ts';
import type { EngineRequest } from './engine.ts';
import { answered, EngineError, foreignAnswer } from './engine-error.ts';
import { explainCause } from './explain-cause.ts';

/** The engine that requests go to, with the settings of its clients. */
export interface Peer {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly ca: string | undefined;
  readonly compress: boolean;
  readonly timeoutMs: number;
}

export const callOf = ({ method, path }: Pick<EngineRequest, 'method' | 'path'>): string => `${method} ${path}`;

/** Errors of the clients about an answer that is no JSON, or that lacks a header which Elasticsearch sends since 7.14. */
const NO_ENGINE = new Set(['DeserializationError', 'ProductNotSupportedError', 'SyntaxError']);
const NO_ANSWER = new Set(['ConnectionError', 'TimeoutError', 'NoLivingConnectionsError']);

/** Any error of either client as one message. The clients' own errors hold the request with its credentials, so they are not passed on. */
export async function explainFailure(error: unknown, request: EngineRequest, peer: Peer): Promise<OrgscopeError> {
  if (error instanceof OrgscopeError) return error;
  const {
    name = '',
    message = String(error),
    statusCode,
    body,
  } = error as {
    name?: string;
    message?: string;
    statusCode?: number;
    body?: { error?: { type?: string } | string } | null;
  };
  if (name === 'RequestAbortedError') return stopped(peer.name);
  const call = callOf(request);
  if (name === 'ResponseError' && statusCode !== undefined) {
    const cause = body?.error;
    const type = typeof cause === 'object' ? (cause?.type ?? '') : '';
    return answered(statusCode, type, explainCause(cause), call, peer.name);
  }
  if (name === 'TimeoutError') return tooLate(request, peer);
  if (NO_ENGINE.has(name)) return foreignAnswer(peer.name, call, 'text that is no JSON');
  if (NO_ANSWER.has(name)) return unreachable(peer);
  // Thrown while signing: the chain has no credentials.
  if (name === 'CredentialsProviderError') {
    return new EngineError(
      'credentials',
      `No AWS credentials to sign requests to ${peer.name} with.`,
      'Run `aws configure`, or set AWS_PROFILE.',
    );
  }
  return new EngineError('store', `${peer.name}, ${call}: ${message.split('\n', 1)[0]}`, 'Check that it is a supported engine.', {
    type: name,
  });
}

export const stopped = (name: string): EngineError =>
  new EngineError('interrupted', `Stopped while talking to ${name}.`, 'Run again: what was stored stays.');

export const tooLate = (request: EngineRequest, { name }: Peer): EngineError =>
  new EngineError(
    'unreachable',
    `${name} took too long to answer ${callOf(request)}.`,
    'Check the load of the server, then run again.',
    { type: 'timeout' },
  );

const UNKNOWN_AUTHORITY = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Explains why the server can't be reached. The clients keep only the message of the cause, so a handshake is done here to find its code. */
async function unreachable({ name, nodes, ca }: Peer): Promise<EngineError> {
  const code = await handshake(new URL(nodes[0] as string), ca);
  const make = (message: string, next: string) => new EngineError('unreachable', message, next, { type: code });
  if (UNKNOWN_AUTHORITY.has(code)) {
    return make(
      `The certificate of ${name} is signed by an authority that is not known here (${code}).`,
      ca === undefined
        ? 'Give its certificate with --store-ca FILE.'
        : 'The file given with --store-ca is that of another authority.',
    );
  }
  if (code === 'CERT_HAS_EXPIRED') return make(`The certificate of ${name} has expired.`, 'Renew it on the server.');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return make(`The certificate of ${name} is for another host name.`, 'Use the name that the certificate was made for.');
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return make(`${name} does not speak TLS.`, 'Write the address with http://, or set up TLS on the server.');
  }
  if (code === '')
    return make(`${name} closed the connection without an answer.`, 'If the server speaks TLS, write the address with https://.');
  return make(`${name} can't be reached (${code}).`, 'Check the address, that the server runs, and the network.');
}

/** The code of the error that a connection fails with; empty where it succeeds. */
function handshake(url: URL, ca: string | undefined): Promise<string> {
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (secure ? 443 : 80);
  return new Promise((resolve) => {
    const socket = secure ? connectTls({ host, port, ...(ca === undefined ? {} : { ca }) }) : connectTcp({ host, port });
    const end = (code: string) => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(5_000, () => end('ETIMEDOUT'));
    socket.once(secure ? 'secureConnect' : 'connect', () => end(''));
    socket.once('error', (error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }) =>
      end(error.code ?? error.errors?.[0]?.code ?? error.name),
    );
  });
}
