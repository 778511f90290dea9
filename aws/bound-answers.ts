import { Readable } from 'node:stream';
import type { HttpHandlerOptions, HttpRequest, HttpResponse } from '@smithy/types';
import { AnswerError } from './answer-error.ts';
import type { WireHandler } from './reach.ts';

/**
 * Wraps a handler and limits the wait for a byte, the wait for a complete answer, and the size of an answer. An answer is passed on when
 * it is complete. Only the content of an object, which may be larger than memory, is passed on as a stream, with a limit on the wait for
 * each chunk. After a host has not answered for some time, calls to it fail at once for a while: otherwise the sweeps of an organisation
 * would wait for it one after another.
 */
export function boundAnswers(wire: WireHandler, limits: AnswerLimits = answerLimits()): WireHandler {
  const left = new Map<string, LeftAlone>();
  /** The bytes of all incomplete answers. */
  let held = 0;

  async function handle(request: HttpRequest, options: HttpHandlerOptions = {}): Promise<{ response: HttpResponse }> {
    const host = `${request.hostname}:${request.port ?? ''}`;
    const begun = performance.now();
    const before = left.get(host);
    if (before !== undefined && begun < before.until) throw before.error();
    const outcome = Promise.withResolvers<{ response: HttpResponse }>();
    const stop = new AbortController();
    let body: unknown;
    let bytes = 0;
    let failure: unknown;

    function fail(error: Error): void {
      failure ??= error;
      outcome.reject(failure);
      if (body instanceof Readable) body.destroy(error);
      stop.abort();
    }
    function late(error: LeftAlone['error']): void {
      const now = performance.now();
      const since = left.get(host)?.since ?? begun;
      left.set(host, { since, until: now - since >= limits.giveUpMs ? now + limits.restMs : 0, error });
      // The SDK retries errors with this cause.
      fail(error(Object.assign(new Error('timed out'), { name: 'TimeoutError' })));
    }
    const silence = silenceTimer(limits.silenceMs, () => late((cause) => noAnswer(limits, cause)));
    const whole = setTimeout(() => late(() => incomplete(limits)), limits.wholeMs);
    const unlisten = onAbort(options, fail);

    wire.handle(request, { ...options, abortSignal: stop.signal }).then(outcome.resolve, outcome.reject);
    try {
      const answer = await outcome.promise;
      const { response } = answer;
      silence.heard();
      body = response.body;
      if (!(body instanceof Readable)) return answer;
      if (isDownload(request) && response.statusCode < 300) {
        response.body = Readable.from(withoutStall(body, limits, options), { objectMode: false });
      } else {
        const pieces: Uint8Array[] = [];
        for await (const piece of body as AsyncIterable<Uint8Array>) {
          silence.heard();
          pieces.push(piece);
          bytes += piece.byteLength;
          held += piece.byteLength;
          if (bytes > limits.bytes || (held > limits.heldBytes && bytes > ORDINARY_BYTES)) {
            // An endless answer is likely to be endless for the next call too.
            left.set(host, { since: begun, until: performance.now() + limits.restMs, error: () => tooLarge(limits) });
            throw tooLarge(limits);
          }
        }
        if (failure !== undefined) throw failure;
        response.body = Buffer.concat(pieces, bytes);
      }
      left.delete(host);
      return answer;
    } catch (error) {
      if (isUnconnected(error)) late(noConnection);
      if (failure !== undefined) throw failure;
      throw body === undefined || error instanceof AnswerError ? error : brokenOff(error);
    } finally {
      held -= bytes;
      silence.end();
      clearTimeout(whole);
      unlisten();
    }
  }

  return new Proxy(wire, {
    get(target, property) {
      if (property === 'handle') return handle;
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The state of a host: since when it has not given a complete answer, until when its calls fail at once, and with which error. */
interface LeftAlone {
  readonly since: number;
  readonly until: number;
  readonly error: (cause?: Error) => AnswerError;
}

export interface AnswerLimits {
  /** The longest wait for a byte. */
  readonly silenceMs: number;
  /** The longest wait for a complete answer. */
  readonly wholeMs: number;
  /** After this long without a complete answer from a host, its calls fail at once for `restMs`. */
  readonly giveUpMs: number;
  readonly restMs: number;
  /** The largest size of one answer. */
  readonly bytes: number;
  /** The largest total size of incomplete answers. Above it, answers that are larger than usual pages are aborted. */
  readonly heldBytes: number;
}

/** SQS may delay an answer by 20 seconds (long polling); the largest pages of EC2 take some seconds. */
const ANSWER_SECONDS = 30;
const MIB = 1024 * 1024;
/** The usual size of a page: one of a thousand resources is rarely larger. */
const ORDINARY_BYTES = 4 * MIB;

export function answerLimits(seconds = ANSWER_SECONDS): AnswerLimits {
  return {
    silenceMs: seconds * 1000,
    wholeMs: seconds * 3000,
    // Two waits in a row: a single connection that was lost unnoticed says nothing about the host.
    giveUpMs: seconds * 1500,
    restMs: seconds * 2000,
    // A thousand security groups with the maximal number of rules are about 30 MiB.
    bytes: 64 * MIB,
    heldBytes: 256 * MIB,
  };
}

/** The SDK marks only GetObject in this way, whose answer is the content of an object. */
const isDownload = ({ method, query }: HttpRequest): boolean => method === 'GET' && query?.['x-id'] === 'GetObject';

/** The chunks of a body. No limit applies while the consumer does not ask for the next chunk. */
async function* withoutStall(body: Readable, limits: AnswerLimits, options: HttpHandlerOptions): AsyncGenerator<Uint8Array> {
  let asked = true;
  const silence = silenceTimer(limits.silenceMs, () => {
    if (asked) body.destroy(noAnswer(limits));
    else silence.heard();
  });
  const unlisten = onAbort(options, (error) => body.destroy(error));
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      asked = false;
      yield piece;
      asked = true;
      silence.heard();
    }
  } catch (error) {
    throw error instanceof AnswerError || (error as Error).name === 'AbortError' ? error : brokenOff(error);
  } finally {
    silence.end();
    unlisten();
  }
}

/** Calls back after a time without data. If the process itself was busy that long, it first reads the data that has arrived. */
function silenceTimer(silenceMs: number, silent: () => void): { heard(): void; end(): void } {
  let heard = false;
  let ended = false;
  const timer = setTimeout(() => {
    heard = false;
    // Node runs timers before it reads sockets, and immediates after.
    setImmediate(() => {
      if (ended) return;
      if (heard) timer.refresh();
      else silent();
    });
  }, silenceMs);
  return {
    heard() {
      heard = true;
      timer.refresh();
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}

/** Calls back when the call is aborted; the returned function removes the listener. */
function onAbort({ abortSignal }: HttpHandlerOptions, stopped: (error: Error) => void): () => void {
  const abort = (): void => stopped(Object.assign(new Error('the call was stopped'), { name: 'AbortError' }));
  if (!(abortSignal instanceof AbortSignal)) return () => undefined;
  if (abortSignal.aborted) abort();
  abortSignal.addEventListener('abort', abort, { once: true });
  return () => abortSignal.removeEventListener('abort', abort);
}

const CHECK = 'Check the network, HTTPS_PROXY and NO_PROXY, and AWS_ENDPOINT_URL if it is set; then run again.';

const noAnswer = ({ silenceMs }: AnswerLimits, cause?: Error): AnswerError =>
  new AnswerError('unreachable', `no answer within ${silenceMs / 1000} s`, CHECK, {}, { cause });

/** Whether the SDK's connection timeout has passed. */
const isUnconnected = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TimeoutError' && !('code' in error) && !(error instanceof AnswerError);

const noConnection = (cause?: Error): AnswerError =>
  new AnswerError('unreachable', 'no connection could be made', CHECK, {}, { cause });

const incomplete = ({ wholeMs }: AnswerLimits): AnswerError =>
  new AnswerError('unreachable', `an answer was not complete after ${wholeMs / 1000} s`, CHECK);

const tooLarge = ({ bytes }: AnswerLimits): AnswerError =>
  new AnswerError('malformed', `an answer is larger than ${bytes / MIB} MiB, larger than any answer of AWS`, CHECK);

const brokenOff = (cause: unknown): AnswerError =>
  new AnswerError('unreachable', 'the answer broke off before its end', CHECK, {}, { cause });
