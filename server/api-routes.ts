import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { pruneAnswer, pruneRequest } from '../core/api/prune.ts';
import {
  exportedRows,
  exportOptions,
  queryLine,
  queryRequest,
  searchRequest,
  sqlLine,
  sqlRequest,
} from '../core/api/questions.ts';
import { findAnswer, findRequest, resourceAnswer, resourceRequest } from '../core/api/resources.ts';
import {
  importRequest,
  info,
  type Progress,
  problemsAnswer,
  problemsOptions,
  progress,
  runDetail,
  runOptions,
  runRequest,
  startedRun,
  status,
} from '../core/api/runs.ts';
import { typed } from '../core/api/shape.ts';
import type { LocalOrgscope } from '../core/orgscope.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { RowsAnswer } from '../core/query.ts';
import type { RunReport } from '../core/store.ts';
import { answerLines } from './answer-lines.ts';
import { asker } from './asker.ts';
import { describeResource } from './describe-resource.ts';
import { type EventStream, eventStream } from './event-stream.ts';
import { exportRows } from './export-rows.ts';
import { findResources } from './find-resources.ts';
import { fromJson, parsed, parsedJson } from './parse-request.ts';
import { sqlLines } from './sql-lines.ts';

/** What an answer is made from. */
export interface RouteContext {
  readonly orgscope: LocalOrgscope;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
  readonly onDefect: (error: unknown) => void;
}

interface Call<Input> extends RouteContext {
  readonly input: Input;
  readonly id: string;
  readonly reply: FastifyReply;
  /** Aborts when the client closes the connection. */
  readonly gone: AbortSignal;
}

/** One path of the API. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST';
  /** Under `/api`. */
  readonly path: string;
  /** `page`: as the page itself, with a token only where other machines reach the server. `token`: always with the token. */
  readonly access: 'page' | 'token';
  /** The body of a POST, the parameters of a GET. */
  readonly input?: z.ZodType;
  /** The answer, or each line or event of it; absent where it is a file. */
  readonly output?: z.ZodType;
  handle(request: FastifyRequest, reply: FastifyReply, context: RouteContext): unknown;
}

/** How often a changed progress is sent. */
const PROGRESS_EVERY_MS = 500;

/** Every path of the API, with what it takes, what it answers and who may ask. */
export const apiRoutes: readonly ApiRoute[] = [
  route({ method: 'GET', path: 'info', access: 'page', output: info, answer: ({ orgscope }) => orgscope.info() }),
  route({ method: 'GET', path: 'status', access: 'page', output: status, answer: ({ orgscope }) => orgscope.status() }),
  route({
    method: 'POST',
    path: 'query',
    access: 'page',
    input: queryRequest,
    output: queryLine,
    answer: ({ orgscope, input, gone, reply }) => reply.type('application/x-ndjson').send(answerLines(orgscope, input, gone)),
  }),
  route({
    method: 'POST',
    path: 'search',
    access: 'page',
    input: searchRequest,
    output: typed<RowsAnswer>(),
    answer: ({ orgscope, input, gone }) => orgscope.search(input, gone),
  }),
  route({
    method: 'POST',
    path: 'find',
    access: 'page',
    input: findRequest,
    output: findAnswer,
    answer: async ({ orgscope, input, gone }) => ({
      resources: await findResources(asker(orgscope, gone), input.text, input.limit),
    }),
  }),
  route({
    method: 'POST',
    path: 'resource',
    access: 'page',
    input: resourceRequest,
    output: resourceAnswer,
    answer: ({ orgscope, input, gone }) => describeResource(asker(orgscope, gone), input.key),
  }),
  route({
    // By GET, so that the browser writes the answer to a file while it arrives, instead of holding it in memory.
    method: 'GET',
    path: 'export',
    access: 'page',
    input: exportOptions,
    answer({ orgscope, input: { format, query, column }, gone, reply }) {
      const pieces = exportRows(asker(orgscope, gone), parsedJson(exportedRows, fromJson(query)), format, column);
      return reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json')
        .header('content-disposition', `attachment; filename="orgscope.${format}"`)
        .send(Readable.from(pieces));
    },
  }),
  route({
    method: 'POST',
    path: 'sql',
    access: 'token',
    input: sqlRequest,
    output: sqlLine,
    async answer({ orgscope, input, gone, reply, onDefect }) {
      const answer = await orgscope.sql(input.sql, gone);
      return reply.type('application/x-ndjson').send(Readable.from(sqlLines(answer, onDefect)));
    },
  }),
  route({
    method: 'POST',
    path: 'prune',
    access: 'token',
    input: pruneRequest,
    output: pruneAnswer,
    answer: ({ orgscope, input }) => orgscope.prune(input),
  }),
  route({
    method: 'POST',
    path: 'runs',
    access: 'token',
    input: runRequest,
    output: startedRun,
    answer: async ({ orgscope, input }) => ({ id: await orgscope.submit(input) }),
  }),
  route({
    method: 'POST',
    path: 'import',
    access: 'token',
    input: importRequest,
    output: startedRun,
    answer: async ({ orgscope, input }) => ({ id: await orgscope.submitImport(input) }),
  }),
  route({
    method: 'GET',
    path: 'runs/:id',
    access: 'page',
    input: runOptions,
    output: runDetail,
    async answer({ orgscope, input, id }) {
      const detail = await orgscope.run(id, input);
      if (detail === undefined) throw noSuchRun(id);
      return detail;
    },
  }),
  route({
    method: 'GET',
    path: 'runs/:id/problems',
    access: 'page',
    input: problemsOptions,
    output: problemsAnswer,
    async answer({ orgscope, input, id }) {
      await knownRun(orgscope, id);
      return orgscope.problems(id, input);
    },
  }),
  route({
    method: 'GET',
    path: 'progress',
    access: 'page',
    output: progress.nullable(),
    async answer({ orgscope, reply, closing }) {
      const stream = eventStream(reply, closing);
      await sendProgress(orgscope, stream);
      stream.end();
    },
  }),
  route({
    method: 'GET',
    path: 'runs/:id/events',
    access: 'page',
    output: z.union([progress, typed<RunReport>()]),
    async answer({ orgscope, id, reply, closing, onDefect }) {
      await knownRun(orgscope, id);
      const stream = eventStream(reply, closing);
      const onProgress = (current: Progress) => stream.send('progress', JSON.stringify(current));
      try {
        stream.send('report', JSON.stringify(await orgscope.follow(id, onProgress)));
      } catch (error) {
        onDefect(error);
      } finally {
        stream.end();
      }
    },
  }),
];

/** Adds the routes to the server. `withToken` refuses a request without the token. */
export function addApiRoutes(
  app: FastifyInstance,
  context: RouteContext,
  withToken: (request: FastifyRequest) => Promise<void>,
): void {
  for (const { method, path, access, handle } of apiRoutes) {
    app.route({
      method,
      url: `/api/${path}`,
      // Before the body is read: a request without the token costs nothing.
      onRequest: access === 'token' ? [withToken] : [],
      handler: async (request, reply) => handle(request, reply, context),
    });
  }
}

function route<Shape extends z.ZodType = z.ZodUndefined>(
  declaration: Omit<ApiRoute, 'handle' | 'input'> & {
    readonly input?: Shape;
    readonly answer: (call: Call<z.output<Shape>>) => unknown;
  },
): ApiRoute {
  const { answer, ...facts } = declaration;
  const inputOf = (request: FastifyRequest): z.output<Shape> => {
    if (facts.input === undefined) return undefined as z.output<Shape>;
    return facts.method === 'GET' ? parsed(facts.input, request.query) : parsedJson(facts.input, request.body);
  };
  return {
    ...facts,
    handle(request, reply, context) {
      const { id = '' } = request.params as { readonly id?: string };
      return answer({ ...context, input: inputOf(request), id, reply, gone: leaving(reply) });
    },
  };
}

/** Aborts when the connection closes: nobody would receive what is still being looked up. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  else raw.once('close', () => gone.abort());
  return gone.signal;
}

async function sendProgress(orgscope: LocalOrgscope, stream: EventStream): Promise<void> {
  let last: string | undefined;
  while (!stream.signal.aborted) {
    const text = JSON.stringify(orgscope.progress());
    if (text !== last) stream.send(undefined, text);
    last = text;
    await sleep(PROGRESS_EVERY_MS, undefined, { signal: stream.signal }).catch(() => undefined);
  }
}

async function knownRun(orgscope: LocalOrgscope, id: string): Promise<void> {
  if ((await orgscope.run(id, { limit: 0, failedOnly: false })) === undefined) throw noSuchRun(id);
}

function noSuchRun(id: string): OrgscopeError {
  return new OrgscopeError('missing', `There is no run ${id.slice(0, 100)}.`, 'GET /api/status names the last runs.');
}
