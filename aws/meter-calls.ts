import type { DeserializeMiddleware, HttpRequest, MiddlewareStack } from '@smithy/types';
import type { Meter } from '../core/meter.ts';
import { callError } from './call-error.ts';
import { callPrice } from './call-price.ts';

/** The members of an SDK client that are used here. */
export interface MeteredClient {
  readonly config: { readonly serviceId?: string };
  readonly middlewareStack: Pick<MiddlewareStack<object, object>, 'add'>;
}

/** Statuses of requests that AWS does not charge: it did not do the work, or received nothing. */
const FREE_OUTCOMES = new Set(['throttled', 'unreachable', 'interrupted']);

/**
 * Counts each request that a client sends. The middleware runs below the SDK's retries, so that each attempt counts, and above the
 * parsing of answers, so that AWS's errors have their names.
 */
export function meterCalls(client: MeteredClient, region: string, meter: Meter): void {
  const service = (client.config.serviceId ?? 'unknown').toLowerCase().replaceAll(' ', '-');
  const middleware: DeserializeMiddleware<object, object> = (next, context) => async (args) => {
    const operation = String(context.commandName ?? 'unknown').replace(/Command$/, '');
    const attempt = Number(/attempt=(\d+)/.exec(headerOf(args.request, 'amz-sdk-request'))?.[1] ?? 1);
    const price = callPrice(service, operation, region, args.input);
    try {
      const result = await next(args);
      meter.awsCalled({ service, operation, outcome: 'ok', attempt, dollars: price });
      return result;
    } catch (error) {
      const outcome = callError(error, { region, call: `${service}:${operation}` }).code;
      meter.awsCalled({ service, operation, outcome, attempt, dollars: FREE_OUTCOMES.has(outcome) ? 0 : price });
      throw error;
    }
  };
  client.middlewareStack.add(middleware, { step: 'deserialize', priority: 'high', name: 'orgscopeMeter', override: true });
}

const headerOf = (request: unknown, name: string): string => (request as HttpRequest).headers[name] ?? '';
