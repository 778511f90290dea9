import { AsyncLocalStorage } from 'node:async_hooks';
import { StandardRetryStrategy } from '@smithy/core/retry';
import type {
  AwsCredentialIdentityProvider,
  ClientProtocol,
  MiddlewareStack,
  RetryErrorInfo,
  RetryStrategyV2,
  RetryToken,
} from '@smithy/types';
import type { Meter } from '../core/meter.ts';
import { checkAnswers } from './check-answers.ts';
import { type MeteredClient, meterCalls } from './meter-calls.ts';
import type { ClientConstructor, Identity, WireHandler } from './reach.ts';
import { Sha256 } from './sha-256.ts';

/**
 * SDK clients on one connection pool: one per service, region and endpoint, shared by all accounts. A client is some hundred kilobytes and
 * a millisecond to make; one per account besides would be gigabytes and minutes of a big organisation. Whose call it is goes along with
 * the call itself: credentials, and how often it may still be repeated, are asked for by identity.
 */
export function createClientCache(settings: ClientSettings): ClientCache {
  // In the order of last use.
  const clients = new Map<string, SendingClient>();
  const types = new Map<ClientConstructor<unknown>, number>();
  // Clients end their handler when they are destroyed; ours outlives them.
  const requestHandler = borrowed(settings.requestHandler);
  const caller = new AsyncLocalStorage<Identity>();
  const throttled = new AsyncLocalStorage<() => void>();
  const calling = (): Identity => {
    const identity = caller.getStore();
    if (identity === undefined) throw new Error('a client was used other than through what the cache gave');
    return identity;
  };
  // The SDK would keep the first account's for all of them; ours are memoised per identity.
  const credentials: AwsCredentialIdentityProvider & { memoized: boolean } = Object.assign(() => calling().credentials(), {
    memoized: true,
  });
  const retryStrategy =
    settings.retry.retryMode === 'standard'
      ? retriesByIdentity(settings.retry.maxAttempts, calling, () => throttled.getStore()?.())
      : undefined;

  return {
    get<Client>(type: ClientConstructor<Client>, identity: Identity, region: string): Client {
      let number = types.get(type);
      if (number === undefined) {
        number = types.size;
        types.set(type, number);
      }
      const key = `${number} ${region} ${identity.profile ?? ''}`;
      let client = clients.get(key);
      clients.delete(key);
      if (client === undefined) {
        const config: SdkConfig = {
          region,
          credentials,
          requestHandler,
          sha256: Sha256,
          forcePathStyle:
            settings.forcePathStyle || (identity.profile !== undefined && settings.pathStyleProfiles.has(identity.profile)),
          followRegionRedirects: true,
          ...settings.retry,
          ...(retryStrategy === undefined ? {} : { retryStrategy }),
          ...(identity.profile === undefined ? {} : { profile: identity.profile }),
        };
        client = new type(config) as SendingClient;
        client.middlewareStack.use(checkAnswers(client.config.protocol.getShapeId()));
        if (settings.meter !== undefined) meterCalls(client, region, settings.meter);
      }
      clients.set(key, client);
      if (clients.size > MAX_CLIENTS) clients.delete(clients.keys().next().value ?? '');
      const shared = client;
      // The client itself but for who calls: paginators ask what it is an instance of.
      return Object.create(shared, {
        send: { value: (...args: unknown[]) => caller.run(identity, () => shared.send(...args)) },
      }) as Client;
    },
    watch: (onThrottle, run) => throttled.run(onThrottle, run),
  };
}

export interface ClientCache {
  get<Client>(type: ClientConstructor<Client>, identity: Identity, region: string): Client;
  /** Tells of each throttled answer to what `run` sends, which the SDK's retries would hide. */
  watch<Result>(onThrottle: () => void, run: () => Promise<Result>): Promise<Result>;
}

export interface ClientSettings {
  readonly requestHandler: WireHandler;
  /** Bucket in the path, not in the host name: for endpoints other than AWS's own. */
  readonly forcePathStyle: boolean;
  /** Profiles that set an endpoint of their own. */
  readonly pathStyleProfiles: ReadonlySet<string>;
  readonly retry: {
    readonly maxAttempts: number;
    /** Left out where the environment says it, since what is passed in would win. */
    readonly retryMode?: 'adaptive' | 'standard';
  };
  readonly meter?: Meter;
}

/** Twenty services in seventeen regions, and some. */
const MAX_CLIENTS = 400;

interface SendingClient extends MeteredClient {
  readonly config: MeteredClient['config'] & { readonly protocol: Pick<ClientProtocol<object, object>, 'getShapeId'> };
  readonly middlewareStack: MiddlewareStack<object, object>;
  send(...args: unknown[]): unknown;
}

interface SdkConfig {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly requestHandler: WireHandler;
  readonly sha256: typeof Sha256;
  readonly forcePathStyle: boolean;
  readonly followRegionRedirects: boolean;
  readonly maxAttempts: number;
  readonly retryMode?: string;
  readonly retryStrategy?: RetryStrategyV2;
  readonly profile?: string;
}

/** The SDK's standard retries, with the quota of retries per identity: a throttled account must not use up those of the others. */
function retriesByIdentity(maxAttempts: number, caller: () => Identity, onThrottle: () => void): RetryStrategyV2 {
  // Gone with the identity.
  const strategies = new WeakMap<Identity, StandardRetryStrategy>();
  const ofCaller = (): StandardRetryStrategy => {
    const identity = caller();
    let strategy = strategies.get(identity);
    if (strategy === undefined) {
      strategy = new StandardRetryStrategy(maxAttempts);
      strategies.set(identity, strategy);
    }
    return strategy;
  };
  return {
    acquireInitialRetryToken: (scope: string) => ofCaller().acquireInitialRetryToken(scope),
    refreshRetryTokenForRetry(token: RetryToken, error: RetryErrorInfo) {
      if (error.errorType === 'THROTTLING') onThrottle();
      return ofCaller().refreshRetryTokenForRetry(token as never, error);
    },
    recordSuccess: (token: RetryToken) => ofCaller().recordSuccess(token as never),
  };
}

/** The same handler, which whoever got it can't close. */
export function borrowed(handler: WireHandler): WireHandler {
  return new Proxy(handler, {
    get(target, property) {
      if (property === 'destroy') return () => {};
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
