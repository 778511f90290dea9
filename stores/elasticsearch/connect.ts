import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client as OpenSearchClient } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import type { AwsCredentialIdentity } from '@smithy/types';
import { parseExactJson } from '../../core/exact-json.ts';
import { OrgscopeError, type ProblemCode } from '../../core/problem.ts';
import { explainCause } from './explain-cause.ts';

export type Product = 'elasticsearch' | 'opensearch';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Encoded as in a URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object;
  /** NDJSON, instead of `body`. */
  readonly lines?: Buffer;
  /** Statuses that are answers here, and not thrown. */
  readonly allow?: readonly number[];
  /** The answer's numbers keep their own digits (`core/exact-json.ts`): slower, for what is written again. */
  readonly exact?: boolean;
  /** Who answers may be no engine: then any text is an answer. */
  readonly anyone?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface EngineResponse<Body> {
  readonly status: number;
  readonly body: Body;
}

/** An engine that answers: everything else in the store is plain REST through this, so that what differs stays in this file. */
export interface Engine {
  readonly product: Product;
  /** Such as `8.19.21`. */
  readonly version: string;
  readonly major: number;
  /** Its address, without credentials. */
  readonly name: string;
  /** Elasticsearch without x-pack (7.x OSS, and builds of others) has no `flattened`. */
  readonly plain: boolean;
  /** Throws an EngineError. */
  request<Body = unknown>(request: EngineRequest): Promise<EngineResponse<Body>>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** One or several, such as `https://user:password@host:9200`. Not needed with `cloudId`. */
  readonly nodes: readonly string[];
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly cloudId?: string | undefined;
  /** The authority that signed the server's certificate, PEM. */
  readonly caFile?: string | undefined;
  /** Amazon OpenSearch Service (`es`) or Serverless (`aoss`); signed with credentials of the AWS SDK's chain where none are given. */
  readonly sigv4?:
    | { readonly region: string; readonly service: 'es' | 'aoss'; readonly getCredentials?: () => Promise<AwsCredentialIdentity> }
    | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** By default wherever the address is not this machine: there it costs CPU and saves nothing. */
  readonly compress?: boolean | undefined;
}

/** What an engine answered, or why it did not: retrying goes by `status` and `type`. */
export class EngineError extends OrgscopeError {
  /** Undefined where there was no answer: refused, reset, timed out. */
  readonly status: number | undefined;
  /** Such as `index_not_found_exception`. */
  readonly type: string;
  readonly reason: string;

  constructor(
    code: ProblemCode,
    message: string,
    next: string,
    answer: { readonly status?: number | undefined; readonly type?: string; readonly reason?: string } = {},
  ) {
    super(code, message, next);
    this.name = 'EngineError';
    this.status = answer.status;
    this.type = answer.type ?? '';
    this.reason = answer.reason ?? message;
  }
}

const PRODUCTS: Readonly<Record<Product, string>> = { elasticsearch: 'Elasticsearch', opensearch: 'OpenSearch' };
const SUPPORTED = 'Elasticsearch 7.10 to 9 and OpenSearch 2.7 to 3';
/** A bulk body of 10 MB on a busy engine: longer than this, and it is as good as lost. */
const REQUEST_TIMEOUT_MS = 120_000;
/** The first answer is a page of ten lines. What is silent for so long is no engine, or one that can't be worked with. */
const FIRST_ANSWER_MS = 20_000;
/** The level that costs least: trails still shrink to a sixth. */
const GZIP_LEVEL = 1;

const compressed = promisify(gzip);

/** Asks who is there, and yields a connection by the client that the engine speaks with. Throws an EngineError that says what to do. */
export async function connect(options: ConnectOptions): Promise<Engine> {
  const { nodes, headers } = addresses(options);
  const name = nodes.join(', ');
  const ca = readCa(options.caFile);
  const timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const local = nodes.every((node) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(node).hostname));
  const compress = options.compress ?? !local;
  // Another node is another attempt; waiting and trying again is the writer's.
  const shared = {
    nodes,
    headers,
    requestTimeout: timeoutMs,
    maxRetries: nodes.length - 1,
    disablePrototypePoisoningProtection: true,
  };
  const openSearch = new OpenSearchClient({
    ...shared,
    ...(ca === undefined ? {} : { ssl: { ca } }),
    ...(options.sigv4 === undefined ? {} : await signer(options.sigv4)),
  });
  const viaOpenSearch: Send = (request, body, extra) => {
    const sent = openSearch.transport.request(
      { method: request.method, path: request.path, querystring: request.query ?? {}, ...body },
      { headers: extra, ignore: [...(request.allow ?? [])], ...(request.exact === true ? { asStream: true } : {}) },
    );
    // Nothing may be returned: Node throws what a listener's promise rejects with, and this one does.
    const stop = (): void => void sent.abort();
    request.signal?.addEventListener('abort', stop, { once: true });
    return Promise.resolve(sent).finally(() => request.signal?.removeEventListener('abort', stop));
  };
  const ask = (send: Send, atMostMs = timeoutMs) => requester(send, { name, nodes, ca, compress, timeoutMs: atMostMs });
  try {
    const info = await identify(ask(viaOpenSearch, Math.min(timeoutMs, FIRST_ANSWER_MS)), options, name);
    if (info.product === 'opensearch' || info.major === 7) {
      return { ...info, name, request: ask(viaOpenSearch), close: () => openSearch.close() };
    }
    await openSearch.close();
    const elasticsearch = new ElasticsearchClient({
      ...shared,
      enableMetaHeader: false,
      ...(ca === undefined ? {} : { tls: { ca } }),
    });
    const viaElasticsearch: Send = (request, body, extra) =>
      elasticsearch.transport.request(
        { method: request.method, path: request.path, querystring: request.query ?? {}, ...body },
        {
          headers: extra,
          ignore: [...(request.allow ?? [])],
          meta: true,
          ...(request.exact === true ? { asStream: true } : {}),
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        },
      );
    return { ...info, name, request: ask(viaElasticsearch), close: () => elasticsearch.close() };
  } catch (error) {
    await openSearch.close();
    throw error;
  }
}

/** Loaded here only: the SDK's chain costs what others need not wait for. */
async function signer({ region, service, getCredentials }: NonNullable<ConnectOptions['sigv4']>) {
  if (getCredentials !== undefined) return AwsSigv4Signer({ region, service, getCredentials });
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return AwsSigv4Signer({ region, service, getCredentials: defaultProvider() });
}

type Send = (
  request: EngineRequest,
  body: { body?: Record<string, unknown>; bulkBody?: Buffer & unknown[] },
  headers: Record<string, string>,
) => Promise<{ statusCode: number | null; body: unknown }>;

type Peer = {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly ca: string | undefined;
  readonly compress: boolean;
  readonly timeoutMs: number;
};

function requester(send: Send, peer: Peer): Engine['request'] {
  return async <Body>(request: EngineRequest): Promise<EngineResponse<Body>> => {
    if (request.signal?.aborted) throw stopped(peer.name);
    const { lines } = request;
    const packed = lines !== undefined && peer.compress ? await compressed(lines, { level: GZIP_LEVEL }) : lines;
    const headers: Record<string, string> = packed === lines ? {} : { 'content-encoding': 'gzip' };
    // Both clients take the bytes as they are, whatever their types say.
    const body =
      packed !== undefined
        ? { bulkBody: packed as Buffer & unknown[] }
        : request.body === undefined
          ? {}
          : { body: request.body as Record<string, unknown> };
    // The clients bound the silence before an answer, and not an answer that never ends.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), peer.timeoutMs);
    const signal = request.signal === undefined ? late.signal : AbortSignal.any([request.signal, late.signal]);
    try {
      const response = await send({ ...request, signal }, body, headers);
      const answer =
        request.exact === true
          ? await exactly(response, request, peer, signal)
          : { status: response.statusCode ?? 0, body: response.body };
      return { status: answer.status, body: formOf(answer, request, peer) as Body };
    } catch (error) {
      if (late.signal.aborted && request.signal?.aborted !== true) throw tooLate(request, peer);
      throw await explain(error, request, peer);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The body where it is of the form that all answers of engines have; a refusal that was expected may be another's, and says nothing. */
function formOf({ status, body }: EngineResponse<unknown>, request: EngineRequest, { name }: Peer): unknown {
  if (request.method === 'HEAD' || request.anyone === true) return body;
  if (typeof body === 'object' && body !== null) return body;
  if (status >= 400) return {};
  throw foreignAnswer(name, callOf(request), describe(body));
}

const callOf = ({ method, path }: Pick<EngineRequest, 'method' | 'path'>): string => `${method} ${path}`;

function describe(body: unknown): string {
  if (body === undefined || body === '') return 'nothing';
  if (typeof body !== 'string') return String(body);
  return /^\s*</.test(body) ? 'a page of HTML' : 'text that is no JSON';
}

/** What came is no answer of an engine: nothing may be concluded from it, least of all that there is nothing. */
export const foreignAnswer = (name: string, call: string, what: string): EngineError =>
  new EngineError(
    'store',
    `${name} answered ${call} with ${what}, as neither Elasticsearch nor OpenSearch does.`,
    'Look at what stands before the engine, such as a proxy or a load balancer; then run again: what was stored stays.',
    { type: 'foreign_answer' },
  );

const tooLate = (request: EngineRequest, { name }: Peer): EngineError =>
  new EngineError(
    'unreachable',
    `${name} took too long to answer ${callOf(request)}.`,
    'Check the load of the server, then run again.',
    { type: 'timeout' },
  );

/** An answer that the client has not read: neither does it look at its status. */
async function exactly(
  { statusCode, body }: { readonly statusCode: number | null; readonly body: unknown },
  request: EngineRequest,
  peer: Peer,
  signal: AbortSignal,
): Promise<EngineResponse<unknown>> {
  const status = statusCode ?? 0;
  let content: string;
  try {
    const stream = body as Readable;
    signal.addEventListener('abort', () => void stream.destroy(), { once: true });
    content = await text(stream);
  } catch {
    throw new EngineError('unreachable', `${peer.name} broke off its answer.`, 'Check that the server runs, then run again.');
  }
  let parsed: unknown;
  try {
    parsed = parseExactJson(content);
  } catch {
    parsed = content;
  }
  if (status >= 400 && !(request.allow ?? []).includes(status)) {
    // As the clients throw it.
    throw Object.assign(new Error(), { name: 'ResponseError', statusCode: status, body: parsed });
  }
  return { status, body: parsed };
}

interface Identity {
  readonly product: Product;
  readonly version: string;
  readonly major: number;
  readonly plain: boolean;
}

async function identify(request: Engine['request'], options: ConnectOptions, name: string): Promise<Identity> {
  const { status, body } = await request<{
    version?: { number?: string; distribution?: string; build_flavor?: string };
  }>({ method: 'GET', path: '/', allow: [404], anyone: true });
  // Serverless has no root page, and no versions.
  if (status === 404 && options.sigv4?.service === 'aoss')
    return { product: 'opensearch', version: '2.17.0', major: 2, plain: false };
  const version = body?.version?.number;
  if (version === undefined) {
    throw new EngineError(
      'conflict',
      `What answers at ${name} is neither Elasticsearch nor OpenSearch.`,
      'Check the address and port: it is that of the REST API (often 9200), not of Kibana (5601).',
      { status },
    );
  }
  const product: Product = body.version?.distribution === 'opensearch' ? 'opensearch' : 'elasticsearch';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const known =
    product === 'opensearch'
      ? (major === 2 && minor >= 7) || major === 3
      : (major === 7 && minor >= 10) || major === 8 || major === 9;
  if (!known) {
    throw new EngineError(
      'conflict',
      `${PRODUCTS[product]} ${version} at ${name} is not supported.`,
      `Supported are ${SUPPORTED}: use another server, or the embedded store.`,
      { status },
    );
  }
  return { product, version, major, plain: product === 'elasticsearch' && !WITH_XPACK.has(body.version?.build_flavor ?? '') };
}

/** What Elastic calls its own builds that have it. */
const WITH_XPACK = new Set(['default', 'serverless']);

function addresses(options: ConnectOptions): { nodes: string[]; headers: Record<string, string> } {
  const given = options.cloudId === undefined ? options.nodes : [cloudAddress(options.cloudId)];
  if (given.length === 0) throw new EngineError('usage', 'No address of a store is given.', 'Write it as https://host:9200.');
  let { user, password } = options;
  const nodes = given.map((text) => {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      // Not repeated: it may hold a password.
      throw new EngineError('usage', "The store's address is no URL.", 'Write it as https://host:9200.');
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new EngineError('usage', `The store's address begins with ${url.protocol}`, 'Write it as https://host:9200.');
    }
    if (url.username !== '') {
      user ??= decodeURIComponent(url.username);
      password ??= decodeURIComponent(url.password);
    }
    const path = url.pathname.replace(/\/+$/, '');
    return `${url.protocol}//${url.host}${path}`;
  });
  if (options.apiKey !== undefined) return { nodes, headers: { authorization: `ApiKey ${options.apiKey}` } };
  if (user === undefined) return { nodes, headers: {} };
  const basic = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  return { nodes, headers: { authorization: `Basic ${basic}` } };
}

/** `name:base64(host$elasticsearch$kibana)`, as Elastic Cloud shows it. */
function cloudAddress(cloudId: string): string {
  const [host = '', id = ''] = Buffer.from(cloudId.slice(cloudId.indexOf(':') + 1), 'base64')
    .toString('utf8')
    .split('$');
  if (!/^[\w.-]+(:\d+)?$/.test(host) || !/^[\w-]+(:\d+)?$/.test(id)) {
    throw new EngineError('usage', 'The cloud id is not one of Elastic Cloud.', 'Copy it from the page of the deployment.');
  }
  return `https://${id}.${host}`;
}

function readCa(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new OrgscopeError(
      'missing',
      `The certificate authority ${code === 'ENOENT' ? 'is not there' : `can't be read (${code})`}.`,
      'Give the path of its PEM file with --store-ca.',
      { file },
    );
  }
}

const stopped = (name: string): EngineError =>
  new EngineError('interrupted', `Stopped while talking to ${name}.`, 'Run again: what was stored stays.');

/** The content type said JSON, and it was none; a header that Elasticsearch sends since 7.14 was missing. */
const NO_ENGINE = new Set(['DeserializationError', 'ProductNotSupportedError', 'SyntaxError']);
const NO_ANSWER = new Set(['ConnectionError', 'TimeoutError', 'NoLivingConnectionsError']);

/** Any error of either client as one message. Their own errors hold the request with its credentials: they go no further than here. */
async function explain(error: unknown, request: EngineRequest, peer: Peer): Promise<OrgscopeError> {
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
  // What signing threw: no credentials in the chain.
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

export function answered(status: number, type: string, reason: string, call: string, name: string): EngineError {
  const answer = { status, type, reason };
  if (isBlocked(type)) {
    return new EngineError(
      'store',
      `${name} does not take writes: ${reason}`,
      /watermark/.test(reason)
        ? 'Free disk space on its nodes: beyond the flood-stage watermark it makes its indices read-only, and lifts that by itself.'
        : 'Lift the block (index.blocks.*, cluster.blocks.*) on the server.',
      answer,
    );
  }
  if (status === 401) {
    return new EngineError(
      'credentials',
      `${name} does not accept the user or password (401).`,
      'Check the credentials of the store.',
      answer,
    );
  }
  if (status === 403) {
    return new EngineError(
      'denied',
      `${name} does not allow ${call}${reason === '' ? '' : `: ${reason}`}.`,
      'Give the user of the store the privileges that docs/stores.md lists.',
      answer,
    );
  }
  const busy = status === 429 || status === 502 || status === 503 || status === 504;
  return new EngineError(
    'store',
    `${name} ${busy ? 'is too busy for' : 'refused'} ${call} (${status}${reason === '' ? '' : `: ${reason}`}).`,
    busy ? 'Check the health of the server, then run again.' : 'See the message, and the log of the server.',
    answer,
  );
}

/** An index or the whole cluster is read-only; 403 where a person set it, 429 beyond the watermark. */
export const isBlocked = (type: string): boolean => type === 'cluster_block_exception';

const UNKNOWN_AUTHORITY = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** The clients keep only the text of what went wrong below them; a handshake of our own yields its code. */
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

/** The code of what fails, empty where nothing does. */
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
