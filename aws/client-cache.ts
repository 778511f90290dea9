import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { ClientConstructor, Identity, WireHandler } from './reach.ts';

/**
 * SDK clients on one connection pool, the few last used: a client is some hundred kilobytes, and one per account, region
 * and service of a big organisation would be gigabytes.
 */
export function createClientCache(settings: ClientSettings): ClientCache {
  // In the order of last use.
  const clients = new Map<string, unknown>();
  const types = new Map<ClientConstructor<unknown>, number>();
  // Clients end their handler when they are destroyed; ours outlives them.
  const requestHandler = borrowed(settings.requestHandler);

  return {
    get<Client>(type: ClientConstructor<Client>, identity: Identity, region: string): Client {
      let number = types.get(type);
      if (number === undefined) {
        number = types.size;
        types.set(type, number);
      }
      const key = `${number} ${region} ${identity.key}`;
      let client = clients.get(key) as Client | undefined;
      clients.delete(key);
      if (client === undefined) {
        const config: SdkConfig = {
          region,
          credentials: identity.credentials,
          requestHandler,
          forcePathStyle:
            settings.forcePathStyle || (identity.profile !== undefined && settings.pathStyleProfiles.has(identity.profile)),
          followRegionRedirects: true,
          ...settings.retry,
          ...(identity.profile === undefined ? {} : { profile: identity.profile }),
        };
        client = new type(config);
      }
      clients.set(key, client);
      if (clients.size > MAX_CLIENTS) clients.delete(clients.keys().next().value ?? '');
      return client;
    },
  };
}

export interface ClientCache {
  get<Client>(type: ClientConstructor<Client>, identity: Identity, region: string): Client;
}

export interface ClientSettings {
  readonly requestHandler: WireHandler;
  /** Bucket in the path, not in the host name: for endpoints other than AWS's own. */
  readonly forcePathStyle: boolean;
  /** Profiles that set an endpoint of their own. */
  readonly pathStyleProfiles: ReadonlySet<string>;
  /** Left out where the environment says it, since what is passed in would win. */
  readonly retry: { readonly maxAttempts?: number; readonly retryMode?: 'adaptive' | 'standard' };
}

const MAX_CLIENTS = 128;

interface SdkConfig {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly requestHandler: WireHandler;
  readonly forcePathStyle: boolean;
  readonly followRegionRedirects: boolean;
  readonly maxAttempts?: number;
  readonly retryMode?: string;
  readonly profile?: string;
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
