import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client as OpenSearchClient } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import { addresses, type ConnectOptions, readCa } from './addresses.ts';
import type { Engine } from './engine.ts';
import { identify } from './identify.ts';
import { requester, type Send } from './requester.ts';

/** A busy engine takes a bulk body of 10 MB in less time than this. */
const REQUEST_TIMEOUT_MS = 120_000;
/** The first answer has ten lines: a server that needs longer is no engine, or one that is unusable. */
const FIRST_ANSWER_MS = 20_000;

/** Asks the server which engine it is, and yields a connection through the client that it accepts. Throws an EngineError that says what to do next. */
export async function connect(options: ConnectOptions): Promise<Engine> {
  const { nodes, headers } = addresses(options);
  const name = nodes.join(', ');
  const ca = readCa(options.caFile);
  const timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const local = nodes.every((node) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(node).hostname));
  const compress = options.compress ?? !local;
  // The client only tries the other nodes. Waiting and trying again is done by `patience.ts`.
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
    // The listener must not return this promise, which rejects: Node would throw that as an uncaught exception.
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

/** Loads the SDK's credential chain only where it is needed: loading it takes time. */
async function signer({ region, service, getCredentials }: NonNullable<ConnectOptions['sigv4']>) {
  if (getCredentials !== undefined) return AwsSigv4Signer({ region, service, getCredentials });
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return AwsSigv4Signer({ region, service, getCredentials: defaultProvider() });
}
