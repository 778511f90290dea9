import type { FastifyInstance } from 'fastify';
import { OrgscopeError, toProblem } from '../core/problem.ts';
import type { MetricsText } from './prometheus-meter.ts';

/** What operators and their probes ask of a process. */
export interface Operations {
  /** Rejects where the store does not answer; may take any time. */
  ready(): Promise<void>;
  readonly metrics?: MetricsText;
}

/** Answered without the token, which Docker, Kubernetes and load balancers do not have; the answers reveal nothing else. */
export const isProbe = (url: string): boolean => /^\/(healthz|readyz)(\?|$)/.test(url);

/** Longer than a store that is merely busy takes, shorter than a probe waits. */
const READY_WITHIN_MS = 4_000;

/** `GET /healthz`: the process lives. `GET /readyz`: its store answers. `GET /metrics`: its numbers, for Prometheus. */
export function addOperationsRoutes(
  app: FastifyInstance,
  { ready, metrics }: Operations,
  onUnready: (error: unknown) => void,
  withinMs = READY_WITHIN_MS,
): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));

  // Probes share one question to the store, so that they do not pile up on a store that hangs.
  let asked: Promise<void> | undefined;
  const ask = (): Promise<void> => {
    asked ??= ready().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  app.get('/readyz', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    try {
      await within(withinMs, ask());
      return { status: 'ok' };
    } catch (error) {
      onUnready(error);
      // The code alone: the message names addresses, files and accounts.
      const { code } = toProblem(error);
      const reason = code === 'missing' ? 'the file of the store is gone' : `the store does not answer (${code})`;
      return reply.status(503).send({ status: 'unavailable', reason });
    }
  });

  if (metrics !== undefined) {
    app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  }
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new OrgscopeError('store', `The store did not answer within ${timeoutMs / 1000} s.`, 'Look at its own log.');
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
