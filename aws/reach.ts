import type { AwsCredentialIdentityProvider, Provider } from '@smithy/types';
import type { Problem } from '../core/problem.ts';

/** Whose credentials a call is signed with. One memoised provider per role or profile, refreshed before it expires. */
export interface Identity {
  /** What memoises clients and providers: `profile:name`, `role:arn`, `default`. */
  readonly key: string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  /** Where calls go that belong to no region. */
  readonly homeRegion: string;
}

/** A member account that can be read. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly identity: Identity;
  /** Named by the user; undefined means those enabled in the account. */
  readonly regions: readonly string[] | undefined;
  /** For messages: `lists/account.txt:12`, `organization`. */
  readonly origin: string;
}

export interface AccountDiscovery {
  readonly accounts: readonly Account[];
  /** Lines that can't be understood, profiles that are missing, suspended accounts (severity `notice`). */
  readonly problems: readonly Problem[];
}

/** A line of trails.txt, billing.txt or bucket_s3.txt: where, and who may read it. */
export interface BucketTarget {
  readonly bucket: string;
  readonly prefix: string;
  readonly identity: Identity;
  readonly origin: string;
}

/** The constructor of an SDK client, as far as we configure it. */
export interface ClientConfig {
  readonly region: string | Provider<string>;
  readonly credentials: AwsCredentialIdentityProvider;
}
export type ClientConstructor<Client> = new (config: ClientConfig) => Client;

/** Everything above the SDK reaches AWS through this; the sample organisation and tests come in below it, at the wire. */
export interface Reach {
  /** From lists/account.txt or the organisation; asked once per run. */
  accounts(): Promise<AccountDiscovery>;
  /** Regions to read in this account. */
  regions(account: Account): Promise<readonly string[]>;
  /** A client on the shared connection pool; few are kept, so ask again rather than hold one. */
  client<Client>(type: ClientConstructor<Client>, identity: Identity, region: string): Client;
  /** Runs one API call within the limits of its account, region and service; retries are the SDK's. Rejects with an OrgscopeError. */
  call<Result>(
    place: { readonly account: string; readonly region: string; readonly call: string; readonly signal?: AbortSignal },
    run: () => Promise<Result>,
  ): Promise<Result>;
  close(): void;
}
