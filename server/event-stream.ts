import type { FastifyReply } from 'fastify';
import { HEADERS } from './headers.ts';

/** An idle connection is kept open by a comment, else proxies cut it. */
const KEEP_ALIVE_EVERY_MS = 15_000;

export interface EventStream {
  /** Aborts when the client has closed the connection, or the server closes. */
  readonly signal: AbortSignal;
  send(event: string | undefined, data: string): void;
  end(): void;
}

/** Answers with server-sent events until it is ended or `closing` aborts. */
export function eventStream(reply: FastifyReply, closing: AbortSignal): EventStream {
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
