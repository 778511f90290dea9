import { AsyncLocalStorage } from 'node:async_hooks';
import { StandardRetryStrategy } from '@smithy/core/retry';
import type {
  AwsCredentialIdentityProvider,
  ClientProtocol,
  HttpHandlerOptions,
  MiddlewareStack,
  RetryErrorInfo,
  RetryStrategyV2,
  RetryToken,
} from '@smithy/types';
import type { Meter } from '../core/meter.ts';
import { checkAnswers } from './check-answers.ts';
import { type MeteredClient, meterCalls } from './meter-calls.ts';
import type { ClientConstructor, Identity, WireHandler } from './reach.ts';
import { repeatableInput, repeatGetObject } from './repeat-get-object.ts';
import { Sha256 } from './sha-256.ts';

/**
 * SDK clients on one connection pool: one per service, region and endpoint, shared by all accounts. A client takes some hundred kilobytes
 * and a millisecond to make: one per account would take gigabytes and minutes in a large organisation. The identity is passed with each
 * call; credentials and the quota of retries belong to it.
 */
export function createClientCache(settings: ClientSettings): ClientCache {
  // Ordered by last use.
  const clients = new Map<string, SendingClient>();
  const types = new Map<ClientConstructor<unknown>, number>();
  // A client destroys its handler when it is destroyed; this handler must outlive the clients.
  const owned = borrowed(settings.requestHandler);
  const caller = new AsyncLocalStorage<Identity>();
  const throttled = new AsyncLocalStorage<() => void>();
  const calling = (): Identity => {
    const identity = caller.getStore();
    if (identity === undefined) throw new Error('a client was used other than through what the cache gave');
    return identity;
  };
  // The SDK would cache the first account's credentials for all accounts; these are cached per identity.
  const credentials: AwsCredentialIdentityProvider & { memoized: boolean } = Object.assign(() => calling().credentials(), {
    memoized: true,
  });
  const retryStrategy =
    settings.retry.retryMode === 'standard'
      ? retriesByIdentity(settings.retry.maxAttempts, calling, () => throttled.getStore()?.())
      : undefined;
  // The adaptive mode counts every request, so that it has to send all of them.
  const repeater =
    retryStrategy === undefined
      ? undefined
      : repeatGetObject({
          wire: owned,
          meter: settings.meter,
          countSuccess: async () => retryStrategy.recordSuccess(await retryStrategy.acquireInitialRetryToken('')),
        });
  const requestHandler = repeater?.wire ?? owned;

  function send(client: SendingClient, identity: Identity, region: string, args: SendArguments): unknown {
    const viaSdk = (): unknown => client.send(...args);
    const [command, options] = args;
    const input = repeater && repeatableInput(command);
    if (repeater === undefined || input === undefined) return viaSdk();
    const clockOffsetMs = client.config.systemClockOffset ?? 0;
    return repeater.get({ region, clockOffsetMs }, identity, input, options, async () => viaSdk());
  }

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
      // A view of the client that adds the identity. Paginators check its class with instanceof.
      return Object.create(shared, {
        send: { value: (...args: SendArguments) => caller.run(identity, () => send(shared, identity, region, args)) },
      }) as Client;
    },
    watch: (onThrottle, run) => throttled.run(onThrottle, run),
  };
}

export interface ClientCache {
  get<Client>(type: ClientConstructor<Client>, identity: Identity, region: string): Client;
  /** Calls `throttled` for each throttled answer to the requests of `run`; the SDK's retries would hide them. */
  watch<Result>(onThrottle: () => void, run: () => Promise<Result>): Promise<Result>;
}

export interface ClientSettings {
  readonly requestHandler: WireHandler;
  /** Puts the bucket into the path instead of the host name, for endpoints other than AWS's. */
  readonly forcePathStyle: boolean;
  /** The profiles that set an endpoint. */
  readonly pathStyleProfiles: ReadonlySet<string>;
  readonly retry: {
    readonly maxAttempts: number;
    /** Left out where the environment sets it, since a passed value would override the environment. */
    readonly retryMode?: 'adaptive' | 'standard';
  };
  readonly meter?: Meter;
}

/** Enough for twenty services in seventeen regions. */
const MAX_CLIENTS = 400;

interface SendingClient extends MeteredClient {
  readonly config: MeteredClient['config'] & {
    readonly protocol: Pick<ClientProtocol<object, object>, 'getShapeId'>;
    /** By how many milliseconds the SDK found this machine's clock to be behind. */
    readonly systemClockOffset?: number;
  };
  readonly middlewareStack: MiddlewareStack<object, object>;
  send(...args: SendArguments): unknown;
}

type SendArguments = [command: unknown, options?: HttpHandlerOptions];

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

/** The SDK's standard retries with one quota per identity, so that a throttled account does not use up the retries of other accounts. */
function retriesByIdentity(maxAttempts: number, caller: () => Identity, onThrottle: () => void): RetryStrategyV2 {
  // Garbage-collected with the identity.
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

/** A handler whose `destroy` does nothing, because its owner closes it. */
export function borrowed(handler: WireHandler): WireHandler {
  return new Proxy(handler, {
    get(target, property) {
      if (property === 'destroy') return () => {};
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
