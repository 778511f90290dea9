import { OrgscopeError, type Problem, toProblem } from '../../core/problem.ts';
import { type Engine, EngineError, isBlocked } from './connect.ts';

/** How long to wait, and who is told: effects, so that a test can hold them still. */
export interface Patience {
  /** Between 0 and 1: spreads the retries of many workers. */
  readonly random: () => number;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends waiting; what is being sent then is still sent. */
  readonly signal: AbortSignal;
  /** Told why nothing moves, once for each reason; undefined once it moves again. */
  readonly onWaiting: (problem: Problem | undefined) => void;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

const BUSY = new Set([408, 429, 500, 502, 503, 504]);

/** Nothing is wrong with the request: the engine is away, busy or read-only, and the same request will pass one day. */
export const isTransient = (error: unknown): error is EngineError =>
  error instanceof EngineError &&
  (error.status === undefined ? error.code === 'unreachable' : BUSY.has(error.status) || isBlocked(error.type));

/** The engine itself said that it did nothing now; what stands before it can't know. So even a request that may not be repeated is sent again. */
export const isRefusedForNow = (error: unknown): error is EngineError =>
  error instanceof EngineError && (error.status === 429 || error.status === 503) && error.type !== '' && !isBlocked(error.type);

/** Waits longer from time to time; one of these for each thing that is being tried. */
export interface Wait {
  /** Throws an OrgscopeError (`interrupted`) once the signal has aborted. */
  next(problem: Problem): Promise<void>;
  /** Something worked: the next wait is a short one again. */
  progress(): void;
  /** It worked. */
  over(): void;
}

export function wait({ random, sleep, signal, onWaiting }: Patience): Wait {
  let count = 0;
  let told = '';
  return {
    async next(problem) {
      if (problem.message !== told) onWaiting(problem);
      told = problem.message;
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
      if (told !== '') onWaiting(undefined);
      told = '';
      count = 0;
    },
  };
}

/** How long an engine is waited for, and what for. */
interface Bounds {
  /** Default: as long as it takes. */
  readonly atMostMs?: number;
  /** Default: `isTransient`. */
  readonly waitsFor?: (error: unknown) => error is EngineError;
}

/** The engine for what must not fail because it is away or busy: it is asked again until it answers. Only for requests that may be repeated. */
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
          // biome-ignore lint/suspicious/noExplicitAny: the body is of the type that the caller says
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

/** What is on its way when the user stops is given this long to arrive. */
const LAST_ANSWER_MS = 10_000;

/** The engine whose requests are given up soon after the signal has aborted, however long they might take; questions need no time then. */
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
