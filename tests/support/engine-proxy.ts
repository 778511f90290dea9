import { createHash } from 'node:crypto';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A reverse proxy in front of an engine. It adds what a test engine without security lacks: TLS, passwords, signatures, other versions. */
export interface EngineProxy {
  readonly url: string;
  /** The headers and paths of all requests. */
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly bodySha256: string }[];
  close(): Promise<void>;
}

export interface EngineProxyOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The `authorization` header that is accepted; any other is answered with 401. */
  readonly authorization?: string;
  /** Larger bodies are answered with 413. */
  readonly maxBodyBytes?: number;
  /** Yields an answer that the proxy gives in place of the engine's; undefined forwards the request. */
  readonly answer?: (method: string, path: string) => { readonly status: number; readonly body: object } | undefined;
}

export async function startEngineProxy(target: string, options: EngineProxyOptions = {}): Promise<EngineProxy> {
  const requests: EngineProxy['requests'] = [];
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method = 'GET', url: path = '/', headers } = incoming;
      requests.push({ path, headers, bodySha256: createHash('sha256').update(body).digest('hex') });
      const send = (status: number, answer: object) => {
        outgoing.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
        outgoing.end(JSON.stringify(answer));
      };
      if (options.authorization !== undefined && headers.authorization !== options.authorization) {
        send(401, { error: { type: 'security_exception', reason: 'unable to authenticate user' }, status: 401 });
        return;
      }
      if (body.length > (options.maxBodyBytes ?? Number.POSITIVE_INFINITY)) {
        send(413, { message: 'Request size exceeded' });
        return;
      }
      const own = options.answer?.(method, path);
      if (own !== undefined) {
        send(own.status, own.body);
        return;
      }
      const onward = forward(new URL(path, target), { method, headers: { ...headers, host: new URL(target).host } }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      onward.end(body);
    });
  };
  const server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  // Open connections of a failed test must not keep its file running.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
