import { OrgscopeError, type Problem, toProblem } from '../../core/problem.ts';
import { type Engine, EngineError, isBlocked } from './connect.ts';

/** How long to wait, and who is told: effects, so that a test can hold them still. */
export interface Patience {
  /** Between 0 and 1: spreads the retries of many workers. */
  readonly random: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends waiting; what is being sent then is still sent. */
  readonly signal: AbortSignal;
  /** Told why nothing moves, once for each reason; undefined once it moves again. */
  readonly onWaiting: (problem: Problem | undefined) => void;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;

const BUSY = new Set([408, 429, 500, 502, 503, 504]);

/** Nothing is wrong with the request: the engine is away, busy or read-only, and the same request will pass one day. */
export const isTransient = (error: unknown): error is EngineError =>
  error instanceof EngineError &&
  (error.status === undefined ? error.code === 'unreachable' : BUSY.has(error.status) || isBlocked(error.type));

/** Waits longer from time to time; one of these for each thing that is being tried. */
export interface Wait {
  /** Throws an OrgscopeError (`interrupted`) once the signal has aborted. */
  next(problem: Problem): Promise<void>;
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
    over() {
      if (told !== '') onWaiting(undefined);
      told = '';
      count = 0;
    },
  };
}

/** The engine for what must not fail because it is away: waits for as long as it takes. Only for requests that may be repeated. */
export function patient(engine: Engine, patience: Patience): Engine {
  return {
    ...engine,
    async request(request) {
      const waiting = wait(patience);
      for (;;) {
        try {
          const response = await engine.request(request);
          waiting.over();
          // biome-ignore lint/suspicious/noExplicitAny: the body is of the type that the caller says
          return response as any;
        } catch (error) {
          if (!isTransient(error)) throw error;
          await waiting.next(toProblem(error));
        }
      }
    },
  };
}
