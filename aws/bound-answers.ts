import { Readable } from 'node:stream';
import type { HttpHandlerOptions, HttpRequest, HttpResponse } from '@smithy/types';
import { AnswerError } from './answer-error.ts';
import type { WireHandler } from './reach.ts';

/**
 * The same handler, whose every wait has an end: the wait for a byte, for all of an answer, and how large an answer may be. An answer is
 * handed on once it is whole; only the content of an object, which may be larger than memory, comes as a stream, and there each wait for a
 * piece has its end. A host that answers nothing for some time is then left alone for some time: the sweeps of a whole organisation would
 * else wait for it one after the other.
 */
export function boundAnswers(wire: WireHandler, limits: AnswerLimits = answerLimits()): WireHandler {
  const left = new Map<string, LeftAlone>();
  /** Bytes of all answers that are not whole yet. */
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
      // The SDK repeats what has such a cause.
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
            // What pours without end once does so for the next call too.
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

/** Since when a host has answered nothing that is whole, until when it is left alone, and what is said of it. */
interface LeftAlone {
  readonly since: number;
  readonly until: number;
  readonly error: (cause?: Error) => AnswerError;
}

export interface AnswerLimits {
  /** Without a byte. */
  readonly silenceMs: number;
  /** Until an answer is whole. */
  readonly wholeMs: number;
  /** A host that was asked for so long and answered nothing is left alone for `restMs`. */
  readonly giveUpMs: number;
  readonly restMs: number;
  /** Of one answer. */
  readonly bytes: number;
  /** Of all answers that are under way: beyond it, those that are larger than a page commonly is are given up. */
  readonly heldBytes: number;
}

/** SQS may hold its answer back for 20 seconds; the largest pages of EC2 take some seconds. */
const ANSWER_SECONDS = 30;
const MIB = 1024 * 1024;
/** A page of a thousand resources is rarely larger. */
const ORDINARY_BYTES = 4 * MIB;

export function answerLimits(seconds = ANSWER_SECONDS): AnswerLimits {
  return {
    silenceMs: seconds * 1000,
    wholeMs: seconds * 3000,
    // It takes two waits in a row: one connection that died unseen says nothing about the host.
    giveUpMs: seconds * 1500,
    restMs: seconds * 2000,
    // A thousand security groups with all the rules that they may have are about 30 MiB.
    bytes: 64 * MIB,
    heldBytes: 256 * MIB,
  };
}

/** The SDK marks this call, and no other that we make, in this way. Its answer is the content of an object. */
const isDownload = ({ method, query }: HttpRequest): boolean => method === 'GET' && query?.['x-id'] === 'GetObject';

/** What the body holds. While nobody asks for more, it may wait. */
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

/** Calls back after so long without a word. A process that was busy for so long has not listened: it first hears what came meanwhile. */
function silenceTimer(silenceMs: number, silent: () => void): { heard(): void; end(): void } {
  let heard = false;
  let ended = false;
  const timer = setTimeout(() => {
    heard = false;
    // Timers come before what the sockets have, immediates after it.
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

/** Calls back once the call is stopped, until the returned function is called. */
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

/** The SDK's own time for connecting is over. */
const isUnconnected = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TimeoutError' && !('code' in error) && !(error instanceof AnswerError);

const noConnection = (cause?: Error): AnswerError =>
  new AnswerError('unreachable', 'no connection could be made', CHECK, {}, { cause });

const incomplete = ({ wholeMs }: AnswerLimits): AnswerError =>
  new AnswerError('unreachable', `an answer was not complete after ${wholeMs / 1000} s`, CHECK);

const tooLarge = ({ bytes }: AnswerLimits): AnswerError =>
  new AnswerError('malformed', `an answer is larger than ${bytes / MIB} MiB, which none of AWS's is`, CHECK);

const brokenOff = (cause: unknown): AnswerError =>
  new AnswerError('unreachable', 'the answer broke off before its end', CHECK, {}, { cause });
