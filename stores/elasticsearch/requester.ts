import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parseExactJson } from '../../core/exact-json.ts';
import type { Engine, EngineRequest, EngineResponse } from './engine.ts';
import { EngineError, foreignAnswer } from './engine-error.ts';
import { callOf, explainFailure, type Peer, stopped, tooLate } from './explain-failure.ts';

/** The level that costs least: trails still shrink to a sixth. */
const GZIP_LEVEL = 1;

const compressed = promisify(gzip);

/** How one of the clients sends a request. */
export type Send = (
  request: EngineRequest,
  body: { body?: Record<string, unknown>; bulkBody?: Buffer & unknown[] },
  headers: Record<string, string>,
) => Promise<{ statusCode: number | null; body: unknown }>;

export function requester(send: Send, peer: Peer): Engine['request'] {
  return async <Body>(request: EngineRequest): Promise<EngineResponse<Body>> => {
    if (request.signal?.aborted) throw stopped(peer.name);
    const { lines } = request;
    const packed = lines !== undefined && peer.compress ? await compressed(lines, { level: GZIP_LEVEL }) : lines;
    const headers: Record<string, string> = packed === lines ? {} : { 'content-encoding': 'gzip' };
    // Both clients send a buffer unchanged, although their types do not say so.
    const body =
      packed !== undefined
        ? { bulkBody: packed as Buffer & unknown[] }
        : request.body === undefined
          ? {}
          : { body: request.body as Record<string, unknown> };
    // The clients limit the time until an answer begins, and not the time until it ends.
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
      throw await explainFailure(error, request, peer);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The body, if it has the form of an engine's answer. The body of an allowed error may come from a proxy, and then counts as empty. */
function formOf({ status, body }: EngineResponse<unknown>, request: EngineRequest, { name }: Peer): unknown {
  if (request.method === 'HEAD' || request.anyServer === true) return body;
  if (typeof body === 'object' && body !== null) return body;
  if (status >= 400) return {};
  throw foreignAnswer(name, callOf(request), describe(body));
}

function describe(body: unknown): string {
  if (body === undefined || body === '') return 'nothing';
  if (typeof body !== 'string') return String(body);
  return /^\s*</.test(body) ? 'a page of HTML' : 'text that is no JSON';
}

/** The answer from a stream. The client has neither read it nor looked at its status. */
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
    // The same error as the clients throw.
    throw Object.assign(new Error(), { name: 'ResponseError', statusCode: status, body: parsed });
  }
  return { status, body: parsed };
}
