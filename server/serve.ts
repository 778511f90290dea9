import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fastifyStatic from '@fastify/static';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import pLimit from 'p-limit';
import type { z } from 'zod';
import type { Progress, QueryLine, QueryRequest, SqlLine } from '../core/api.ts';
import type { LocalOrgscope } from '../core/orgscope.ts';
import { OrgscopeError, type ProblemCode, toProblem } from '../core/problem.ts';
import type { Query } from '../core/query.ts';
import type { SqlAnswer } from '../core/store.ts';
import { accessToken } from './access-token.ts';
import { asker } from './asker.ts';
import { checkOrigin, isLoopback } from './check-origin.ts';
import { describeResource } from './describe-resource.ts';
import { exportRows } from './export-rows.ts';
import { findResources } from './find-resources.ts';
import { listenProblem } from './listen-problem.ts';
import { addOperationsRoutes, isProbe } from './operations-routes.ts';
import type { MetricsText } from './prometheus-meter.ts';
import {
  exportedRows,
  exportOptions,
  findRequest,
  importRequest,
  problemsOptions,
  pruneRequest,
  queryRequest,
  resourceRequest,
  runOptions,
  runRequest,
  searchRequest,
  sqlRequest,
  tooMuchJson,
} from './request-shapes.ts';

export interface ServeOptions {
  readonly orgscope: LocalOrgscope;
  /** The built page. */
  readonly webRoot: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token: string;
  /** A defect of ours in answering: for the log, since the answer itself says little. */
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
  /** True where every request takes the token, since others than this machine can reach it. */
  readonly guarded: boolean;
  close(): Promise<void>;
}

/** Of one request, as many as a browser would ask by itself. */
const QUESTIONS_AT_ONCE = 6;
const PROGRESS_EVERY_MS = 500;
/** An idle connection is kept open by a comment, else proxies cut it. */
const KEEP_ALIVE_EVERY_MS = 15_000;
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

const STATUS: Readonly<Partial<Record<ProblemCode, number>>> = {
  usage: 400,
  malformed: 400,
  empty: 400,
  denied: 403,
  missing: 404,
  conflict: 409,
  interrupted: 503,
};

/** Serves the API of `core/api.ts`, the page, and what operating takes: /healthz, /readyz, /metrics. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { orgscope, host, webRoot } = options;
  const app = fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, routerOptions: { maxParamLength: 200 } });
  // JSON alone: a form or text/plain is what another site's page may send without asking first.
  app.removeContentTypeParser('text/plain');

  const guarded = !isLoopback(host);
  let origins = checkOrigin(host, options.port);
  let access = accessToken(options.token, options.port);
  const closing = new AbortController();

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    if (!origins.host(request.headers.host)) {
      throw refusal('denied', 'This is not the address of orgscope.', `Open it at http://127.0.0.1:${portOf(request)}.`);
    }
    // A link of another site to the page is followed; what does work or answers data is asked by the page itself.
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && !/^\/+(api|metrics)\b/.test(request.url);
    if (!isPage && !(origins.origin(request.headers.origin) && origins.site(header(request, 'sec-fetch-site')))) {
      throw refusal('denied', 'Another site sent this request.', 'Use the page of orgscope itself.');
    }
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    if (!guarded || isProbe(request.url) || access.carriedBy(request)) return;
    const { token, ...rest } = request.query as Record<string, string>;
    const cookie = access.cookieFor(token);
    if (cookie === undefined) throw unauthorised(options.host);
    // The token leaves the address, so that it is neither bookmarked nor shown.
    const path = `/${(request.url.split('?', 1)[0] ?? '').replace(/^\/+/, '')}`;
    const query = new URLSearchParams(rest).toString();
    return reply.header('set-cookie', cookie).redirect(`${path}${query === '' ? '' : `?${query}`}`, 303);
  });

  app.setErrorHandler((error, request, reply) => {
    // Whoever asked has gone: nothing is wrong, and nobody would read it.
    if (request.socket.destroyed) return reply.hijack();
    const status = (error as { statusCode?: number }).statusCode;
    // What fastify itself refuses (no JSON, too long) has a status; anything else without one is ours.
    const known =
      error instanceof OrgscopeError || status === undefined || status >= 500
        ? error
        : new OrgscopeError('usage', (error as Error).message, 'See core/api.ts for what the API takes.');
    const problem = toProblem(known);
    if (problem.code === 'unexpected') options.onDefect(error);
    void reply
      .status(status ?? (error instanceof OrgscopeError ? (STATUS[error.code] ?? 500) : 500))
      .send({ code: problem.code, message: problem.message, next: problem.next });
  });

  const ask = (reply: FastifyReply) => asker(orgscope, leaving(reply));
  const withToken = async (request: FastifyRequest): Promise<void> => {
    if (!access.carriedBy(request)) throw unauthorised(host);
  };

  addOperationsRoutes(
    app,
    { ready: () => orgscope.ready(), ...(options.metrics === undefined ? {} : { metrics: options.metrics }) },
    options.onUnready ?? (() => undefined),
  );

  app.get('/api/info', () => orgscope.info());
  app.get('/api/status', () => orgscope.status());
  app.post('/api/query', (request, reply) =>
    reply.type('application/x-ndjson').send(answersAsTheyCome(orgscope, body(queryRequest, request), leaving(reply))),
  );
  app.post('/api/search', (request, reply) => orgscope.search(body(searchRequest, request), leaving(reply)));
  app.post('/api/find', async (request, reply) => {
    const { text, limit } = body(findRequest, request);
    return { resources: await findResources(ask(reply), text, limit) };
  });
  app.post('/api/resource', (request, reply) => describeResource(ask(reply), body(resourceRequest, request).key));
  // By GET, so that the browser writes the answer to a file as it comes instead of holding it.
  app.get('/api/export', (request, reply) => {
    const { format, query, column } = parsed(exportOptions, request.query);
    const pieces = exportRows(ask(reply), checked(exportedRows, fromJson(query)), format, column);
    return reply
      .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json')
      .header('content-disposition', `attachment; filename="orgscope.${format}"`)
      .send(Readable.from(pieces));
  });
  app.post('/api/sql', { onRequest: withToken }, async (request, reply) => {
    const answer = await orgscope.sql(body(sqlRequest, request).sql, leaving(reply));
    return reply.type('application/x-ndjson').send(Readable.from(sqlLines(answer, options.onDefect)));
  });
  app.post('/api/prune', { onRequest: withToken }, (request) => orgscope.prune(body(pruneRequest, request)));
  app.post('/api/runs', { onRequest: withToken }, async (request) => ({ id: await orgscope.submit(body(runRequest, request)) }));
  app.post('/api/import', { onRequest: withToken }, async (request) => ({
    id: await orgscope.submitImport(body(importRequest, request)),
  }));
  app.get<{ Params: { id: string } }>('/api/runs/:id', async (request) => {
    const detail = await orgscope.run(request.params.id, parsed(runOptions, request.query));
    if (detail === undefined) throw noSuchRun(request.params.id);
    return detail;
  });

  app.get<{ Params: { id: string } }>('/api/runs/:id/problems', async (request) => {
    const { id } = request.params;
    if ((await orgscope.run(id, { limit: 0, failedOnly: false })) === undefined) throw noSuchRun(id);
    return orgscope.problems(id, parsed(problemsOptions, request.query));
  });

  app.get('/api/progress', async (_request, reply) => {
    const stream = eventStream(reply, closing.signal);
    let last: string | undefined;
    while (!stream.signal.aborted) {
      const text = JSON.stringify(orgscope.progress());
      if (text !== last) stream.send(undefined, text);
      last = text;
      await sleep(PROGRESS_EVERY_MS, undefined, { signal: stream.signal }).catch(() => undefined);
    }
    stream.end();
  });

  app.get<{ Params: { id: string } }>('/api/runs/:id/events', async (request, reply) => {
    const { id } = request.params;
    if ((await orgscope.run(id, { limit: 0, failedOnly: false })) === undefined) throw noSuchRun(id);
    const stream = eventStream(reply, closing.signal);
    const onProgress = (progress: Progress) => stream.send('progress', JSON.stringify(progress));
    try {
      stream.send('report', JSON.stringify(await orgscope.follow(id, onProgress)));
    } catch (error) {
      options.onDefect(error);
    } finally {
      stream.end();
    }
  });

  if (existsSync(join(webRoot, 'index.html'))) {
    await app.register(fastifyStatic, {
      root: webRoot,
      cacheControl: false,
      // Vite names assets by their content, so they never change; the page itself is asked for anew each time.
      setHeaders: (response, path) =>
        void response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
    });
    app.setNotFoundHandler((request, reply) => {
      const isPage =
        request.method === 'GET' && !request.url.startsWith('/api/') && !/\.\w+$/.test(request.url.split('?', 1)[0] ?? '');
      if (isPage) return reply.sendFile('index.html');
      throw refusal('missing', `There is no ${request.url.split('?', 1)[0]}.`, 'See core/api.ts for what the API has.');
    });
  } else {
    app.get('/', (_request, reply) =>
      reply
        .type('text/plain')
        .send('The page is not built: run `npm run web`, then start orgscope again. The API answers under /api.\n'),
    );
  }

  try {
    await app.listen({ host, port: options.port });
  } catch (error) {
    await app.close();
    throw listenProblem(error, host, options.port);
  }
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  // With port 0 only now is known which one it is.
  origins = checkOrigin(host, port);
  access = accessToken(options.token, port);
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

/** Aborts when the connection closes: then nobody reads what is still being found. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  else raw.once('close', () => gone.abort());
  return gone.signal;
}

/** A slow question holds up none of the others; a slow reader holds up all. */
function answersAsTheyCome(orgscope: Pick<LocalOrgscope, 'answer'>, { queries }: QueryRequest, gone: AbortSignal): Readable {
  const lines = new PassThrough();
  const turn = pLimit(QUESTIONS_AT_ONCE);
  const tell = async (query: Query, index: number): Promise<void> => {
    // Whoever asked may have gone: then nothing more is asked of the store.
    if (gone.aborted) return;
    const answer = await orgscope
      .answer(query, gone)
      .catch((error: unknown) => ({ type: 'error' as const, message: toProblem(error).message }));
    if (gone.aborted || lines.write(`${JSON.stringify({ index, answer } satisfies QueryLine)}\n`)) return;
    await once(lines, 'drain', { signal: gone }).catch(() => undefined);
  };
  void Promise.all(queries.map((query, index) => turn(tell, query, index))).then(() => lines.end());
  return lines;
}

/** What goes wrong in the middle of an answer is its last line: its status has been sent. */
async function* sqlLines({ columns, rows }: SqlAnswer, onDefect: (error: unknown) => void): AsyncGenerator<string> {
  const line = (said: SqlLine): string => `${JSON.stringify(said)}\n`;
  let count = 0;
  try {
    yield line({ columns });
    for await (const batch of rows) {
      yield line({ rows: batch });
      count += batch.length;
    }
    yield line({ count });
  } catch (error) {
    const { code, message, next } = toProblem(error);
    if (code === 'unexpected') onDefect(error);
    yield line({ error: { code, message, next } });
  } finally {
    await rows.return();
  }
}

/** A wildcard is no address to open; from this machine the loopback is one. */
function addressHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join() : value;
}

const portOf = (request: FastifyRequest): number | undefined => request.socket.localPort;

function refusal(code: ProblemCode, message: string, next: string): OrgscopeError {
  return new OrgscopeError(code, message, next);
}

function unauthorised(host: string): Error {
  const next = isLoopback(host)
    ? 'The commands of orgscope find it in up.json of the data folder.'
    : 'Open the address that `orgscope up` printed, which carries it, or send `Authorization: Bearer TOKEN`.';
  return Object.assign(refusal('denied', 'This takes the token of this orgscope.', next), { statusCode: 401 });
}

function noSuchRun(id: string): OrgscopeError {
  return refusal('missing', `There is no run ${id.slice(0, 100)}.`, 'GET /api/status names the last runs.');
}

const body = <Shape extends z.ZodType>(shape: Shape, request: FastifyRequest): z.output<Shape> => checked(shape, request.body);

function checked<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const tooMuch = tooMuchJson(value);
  if (tooMuch !== undefined) throw refusal('usage', tooMuch, 'Ask for less, or in several requests.');
  return parsed(shape, value);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal('usage', 'query: no JSON', 'See core/api.ts for what the API takes.');
  }
}

function parsed<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.');
  throw refusal('usage', `${place}: ${issue?.message ?? 'wrong'}`, 'See core/api.ts for what the API takes.');
}

interface EventStream {
  /** Aborts when the reader has gone, or the server closes. */
  readonly signal: AbortSignal;
  send(event: string | undefined, data: string): void;
  end(): void;
}

function eventStream(reply: FastifyReply, closing: AbortSignal): EventStream {
  const gone = new AbortController();
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  raw.flushHeaders();
  const keepAlive = setInterval(() => raw.write(':\n\n'), KEEP_ALIVE_EVERY_MS);
  const leave = (): void => {
    clearInterval(keepAlive);
    gone.abort();
  };
  // The response's own: a request is closed as soon as it has been read.
  raw.once('close', leave);
  return {
    signal: AbortSignal.any([gone.signal, closing]),
    send(event, data) {
      if (!raw.writableEnded && !raw.destroyed) raw.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`);
    },
    end() {
      leave();
      raw.end();
    },
  };
}
