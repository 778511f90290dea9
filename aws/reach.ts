import type { AwsCredentialIdentityProvider, HttpHandlerOptions, HttpRequest, HttpResponse, Provider } from '@smithy/types';
import type { BucketList } from '../core/naming-list.ts';
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
  /** The account that the credentials belong to. */
  readonly account?: string;
  /** Who AWS says it is, where it was asked: `arn:aws:iam::111122223333:user/ana`. */
  readonly arn?: string;
  /** The profile whose other settings apply as well, such as its `endpoint_url`. */
  readonly profile?: string;
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

interface AccountDiscovery {
  readonly accounts: readonly Account[];
  /** Lines that can't be understood, profiles that are missing, suspended accounts (severity `notice`). */
  readonly problems: readonly Problem[];
}

/** A line of a list that names a bucket: where, and who may read it. */
export interface BucketTarget {
  readonly bucket: string;
  readonly prefix: string;
  readonly identity: Identity;
  readonly origin: string;
}

/** A line of a list that names an SQS queue: where, and who may receive from it and read what it tells of. */
export interface QueueTarget {
  readonly url: string;
  readonly region: string;
  /** False where only the URL's own host is the queue's: an interface endpoint, a stand-in. */
  readonly regional: boolean;
  readonly identity: Identity;
  readonly origin: string;
}

export interface BucketDiscovery {
  readonly targets: readonly BucketTarget[];
  /** Of lists whose lines may name queues. */
  readonly queues: readonly QueueTarget[];
  readonly problems: readonly Problem[];
}

/** Where the SDK sends its requests: the network, or the sample organisation in its place. */
export interface WireHandler {
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  destroy?(): void;
}

/** The constructor of an SDK client, as far as we configure it. */
interface ClientConfig {
  readonly region: string | Provider<string>;
  readonly credentials: AwsCredentialIdentityProvider;
}
export type ClientConstructor<Client> = new (config: ClientConfig) => Client;

/** Which call this is: what limits it, and what its error says. */
export interface CallPlace {
  readonly account: string;
  readonly region: string;
  /** `ec2:DescribeInstances` */
  readonly call: string;
  /** The IAM action, where it is not named like the call. */
  readonly action?: string;
  /** It waits at AWS's end for something to come (a long poll): it takes no place among the calls that work. */
  readonly idle?: boolean;
  readonly signal?: AbortSignal;
}

/** Everything above the SDK reaches AWS through this; the sample organisation and tests come in below it, at the wire. */
export interface Reach {
  /**
   * From lists/account.txt and, where asked for, the organisation; or from another list alone. Asked once per run.
   * An account whose credentials can't be had is a problem here, once, and not an account.
   */
  accounts(file?: string): Promise<AccountDiscovery>;
  /** The buckets (and queues) that a list names, each with who may read it. */
  bucketTargets(list: BucketList): Promise<BucketDiscovery>;
  /** Whose calls these are: the caller, or a profile, role or account named as in the lists. Rejects with an OrgscopeError. */
  identity(reader?: string): Promise<Identity>;
  /** As `identity`, for reading objects: without STS, and so without the account where the credentials don't tell it. */
  objectReader(reader?: string): Promise<Identity>;
  /** Regions to read in this account. */
  regions(account: Account): Promise<readonly string[]>;
  /** A client on the shared connection pool; few are kept, so ask again rather than hold one. */
  client<Client>(type: ClientConstructor<Client>, identity: Identity, region: string): Client;
  /** Runs one API call within the limits of its account, region and service; retries are the SDK's. Rejects with an OrgscopeError. */
  call<Result>(place: CallPlace, run: () => Promise<Result>): Promise<Result>;
  /** By how much this machine's clock is ahead of AWS's, as the answers so far tell; undefined before the first one. */
  clockSkewMs(): number | undefined;
  close(): void;
}
