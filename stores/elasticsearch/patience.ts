import { OrgscopeError, type Problem, toProblem } from '../../core/problem.ts';
import type { Engine } from './engine.ts';
import { EngineError, isBlocked } from './engine-error.ts';

/** The effects of waiting, passed in so that a test can control them. */
export interface Patience {
  /** Yields a number between 0 and 1: spreads the retries of many workers. */
  readonly random: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends waiting, and aborts no request that is under way. */
  readonly signal: AbortSignal;
  /** Called with the reason for waiting, once for each reason, and with undefined once the request succeeds. */
  readonly onWaiting: (problem: Problem | undefined) => void;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

const BUSY = new Set([408, 429, 500, 502, 503, 504]);

/** The request is correct, and the engine is unreachable, busy or read-only: the same request can succeed later. */
export const isTransient = (error: unknown): error is EngineError =>
  error instanceof EngineError &&
  (error.status === undefined ? error.code === 'unreachable' : BUSY.has(error.status) || isBlocked(error.type));

/** The engine itself, and not a proxy before it, refused the request for now. It did nothing, so even a request that is not idempotent may be sent again. */
export const isRefusedForNow = (error: unknown): error is EngineError =>
  error instanceof EngineError && (error.status === 429 || error.status === 503) && error.type !== '' && !isBlocked(error.type);

/** The waits between the attempts of one request, each longer than the previous one. */
export interface Wait {
  /** Throws an OrgscopeError (`interrupted`) once the signal has aborted. */
  next(problem: Problem): Promise<void>;
  /** A part of the request succeeded: the next wait is short again. */
  progress(): void;
  /** The request succeeded. */
  over(): void;
}

export function wait({ random, sleep, signal, onWaiting }: Patience): Wait {
  let count = 0;
  let reported = '';
  return {
    async next(problem) {
      if (problem.message !== reported) onWaiting(problem);
      reported = problem.message;
      const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(count++, 20)) * (0.5 + random() / 2);
      await sleep(ms, signal).catch(() => undefined);
      if (signal.aborted) {
        throw new OrgscopeError('interrupted', `Stopped while waiting: ${problem.message}`, 'Run again: what was stored stays.');
      }
    },
    progress() {
      count = 0;
    },
    over() {
      if (reported !== '') onWaiting(undefined);
      reported = '';
      count = 0;
    },
  };
}

/** How long to wait for an engine, and after which errors. */
interface Bounds {
  /** Default: no limit. */
  readonly atMostMs?: number;
  /** Default: `isTransient`. */
  readonly waitsFor?: (error: unknown) => error is EngineError;
}

/** The engine for requests that must not fail because it is unreachable or busy: they are repeated until it answers. Only for idempotent requests. */
export function patient(
  engine: Engine,
  patience: Patience,
  { atMostMs = Number.POSITIVE_INFINITY, waitsFor = isTransient }: Bounds = {},
): Engine {
  return {
    ...engine,
    async request(request) {
      const waiting = wait(patience);
      const until = patience.now() + atMostMs;
      for (;;) {
        try {
          const response = await engine.request(request);
          waiting.over();
          // biome-ignore lint/suspicious/noExplicitAny: the caller names the type of the body
          return response as any;
        } catch (error) {
          if (!waitsFor(error) || patience.now() >= until) {
            waiting.over();
            throw error;
          }
          await waiting.next(toProblem(error));
        }
      }
    },
  };
}

/** How long a request under way may still take once the user stops. */
const LAST_ANSWER_MS = 10_000;

/** The engine whose requests are aborted this long after the signal: at once for questions, later for writes. */
export function stoppable(engine: Engine, signal: AbortSignal, lastAnswerMs = LAST_ANSWER_MS): Engine {
  const over = new AbortController();
  const stop = (): void => void setTimeout(() => over.abort(), lastAnswerMs).unref();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return {
    ...engine,
    request: (request) =>
      engine.request({
        ...request,
        signal: request.signal === undefined ? over.signal : AbortSignal.any([request.signal, over.signal]),
      }),
  };
}
