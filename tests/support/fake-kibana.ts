import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** The saved objects of one import. */
export interface SeenImport {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly lines: readonly string[];
}

export interface FakeKibanaOptions {
  readonly product: 'kibana' | 'opensearch-dashboards';
  readonly version: string;
  /** The `authorization` header that is accepted; undefined accepts every request. */
  readonly authorization?: string;
  readonly spaces?: readonly string[];
  /** The answer to an import in place of success. */
  readonly refuse?: { readonly status: number; readonly body: object };
  /** The path prefix of all addresses. */
  readonly base?: string;
}

/**
 * A stand-in for Kibana and OpenSearch Dashboards at the wire: its status, its spaces and its import, with the checks that either makes of a
 * request. It stores and draws nothing; `kibana-searches.test.ts` tests that the objects can be drawn.
 */
export async function fakeKibana({ product, version, authorization, spaces = [], refuse, base = '' }: FakeKibanaOptions) {
  const imports: SeenImport[] = [];
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(product === 'kibana' ? { 'kbn-name': 'fake' } : { 'osd-name': 'fake' }),
      });
      response.end(JSON.stringify(body));
    };
    const body = await buffer(request);
    const url = new URL(request.url ?? '/', 'http://fake');
    if (!url.pathname.startsWith(`${base}/`)) return answer(404, { message: 'Not Found' });
    const path = url.pathname.slice(base.length);
    if (authorization !== undefined && request.headers.authorization !== authorization)
      return answer(401, { statusCode: 401, error: 'Unauthorized', message: 'Unauthorized' });
    if (path === '/api/status') return answer(200, { name: 'fake', version: { number: version }, status: { overall: {} } });
    const space = /^\/api\/spaces\/space\/([^/]+)$/.exec(path)?.[1];
    if (space !== undefined) return spaces.includes(space) ? answer(200, { id: space }) : answer(404, { message: 'Not Found' });
    if (request.method !== 'POST' || !/^(\/s\/[^/]+)?\/api\/saved_objects\/_import$/.test(path))
      return answer(404, { message: 'Not Found' });
    if (request.headers[product === 'kibana' ? 'kbn-xsrf' : 'osd-xsrf'] === undefined)
      return answer(400, { message: 'Request must contain an xsrf header.' });
    if (url.searchParams.get('overwrite') !== 'true') return answer(400, { message: 'a conflict' });
    const type = String(request.headers['content-type']);
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    const file = form.get('file');
    if (!(file instanceof File) || !file.name.endsWith('.ndjson')) return answer(400, { message: 'Invalid file extension' });
    const lines = (await file.text()).trimEnd().split('\n');
    imports.push({ path, headers: request.headers, lines });
    if (refuse !== undefined) return answer(refuse.status, refuse.body);
    // The last line of an export is a summary and no object.
    return answer(200, { success: true, successCount: lines.length - 1 });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base}`,
    imports,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
