import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A fake engine at the wire, for answers that no real engine gives. It says which engine it is; the test gives all other answers. */
export interface FakeEngine {
  readonly url: string;
  /** The method and path of each request, such as `POST /_bulk?…`. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Answers the request, or yields false to let the fake answer as an empty engine would. */
export type FakeAnswer = (call: string, response: ServerResponse, body: string) => boolean;

export async function startFakeEngine(product: 'opensearch' | 'elasticsearch', answer: FakeAnswer): Promise<FakeEngine> {
  const asked: string[] = [];
  const version =
    product === 'opensearch' ? { distribution: 'opensearch', number: '2.19.1' } : { number: '8.19.21', build_flavor: 'default' };
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const call = `${request.method} ${request.url}`;
    asked.push(call);
    response.setHeader('x-elastic-product', 'Elasticsearch');
    if (answer(call, response, body)) return;
    sendJson(response, request.url === '/' ? { version, tagline: 'a fake' } : {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
