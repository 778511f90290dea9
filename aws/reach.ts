import type { AwsCredentialIdentityProvider, HttpHandlerOptions, HttpRequest, HttpResponse, Provider } from '@smithy/types';
import type { BucketList, LogGroupList } from '../core/naming-list.ts';
import type { Problem } from '../core/problem.ts';

/** The credentials that sign calls, and whose they are. Each role or profile has one memoized provider, which refreshes before expiry. */
export interface Identity {
  /** The key under which clients and providers are cached: `profile:name`, `role:arn`, `default`. */
  readonly key: string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  /** The region that receives the calls of global services. */
  readonly homeRegion: string;
  /** The account that the credentials belong to. */
  readonly account?: string;
  /** The ARN that STS answered, if STS was asked: `arn:aws:iam::111122223333:user/ana`. */
  readonly arn?: string;
  /** The profile whose other settings, such as `endpoint_url`, also apply. */
  readonly profile?: string;
}

/** A member account that can be read. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly identity: Identity;
  /** The regions that the list names; undefined means all regions enabled in the account. */
  readonly regions: readonly string[] | undefined;
  /** Where the account was named, for messages: `lists/account.txt:12`, `organization`. */
  readonly origin: string;
}

/** The accounts that were found, and what was wrong with the others. */
export interface AccountDiscovery {
  readonly accounts: readonly Account[];
  /** Malformed lines, missing profiles, suspended accounts (severity `notice`). */
  readonly problems: readonly Problem[];
}

/** A line of a list that names a bucket: the bucket, a prefix and the identity that reads them. */
export interface BucketTarget {
  readonly bucket: string;
  readonly prefix: string;
  readonly identity: Identity;
  /** What its objects hold, where the line names it. */
  readonly dataset?: string;
  readonly origin: string;
}

/** A line of a list that names an SQS queue, with the identity that receives its messages and reads the objects in them. */
export interface QueueTarget {
  readonly url: string;
  readonly region: string;
  /** Whether the queue also answers at its region's endpoint. False for an interface endpoint or a stand-in: only the URL's host works. */
  readonly regional: boolean;
  readonly identity: Identity;
  /** What the announced objects hold, where the line names it. */
  readonly dataset?: string;
  readonly origin: string;
}

/** The buckets and queues that were found, and what was wrong with the others. */
export interface BucketDiscovery {
  readonly targets: readonly BucketTarget[];
  /** Empty for lists whose lines may not name queues. */
  readonly queues: readonly QueueTarget[];
  readonly problems: readonly Problem[];
}

/** A line of a list that names log groups, with the accounts and regions that they are looked for in. */
export interface LogGroupTarget {
  /** The name of a group, or a pattern with `*`. */
  readonly pattern: string;
  readonly accounts: readonly Account[];
  /** What the groups hold, where the line says so. */
  readonly dataset?: string;
  readonly origin: string;
}

/** The log groups that a list names, and what was wrong with the other lines. */
export interface LogGroupDiscovery {
  readonly targets: readonly LogGroupTarget[];
  readonly problems: readonly Problem[];
}

/** Sends the SDK's requests: over the network, or to the sample organisation. */
export interface WireHandler {
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  destroy?(): void;
}

/** The settings of an SDK client that orgscope gives to its constructor. */
interface ClientConfig {
  readonly region: string | Provider<string>;
  readonly credentials: AwsCredentialIdentityProvider;
}
export type ClientConstructor<Client> = new (config: ClientConfig) => Client;

/** Identifies a call, for its limits and for its errors. */
export interface CallPlace {
  readonly account: string;
  readonly region: string;
  /** `ec2:DescribeInstances` */
  readonly call: string;
  /** The IAM action, if its name differs from the call's. */
  readonly action?: string;
  /** Whether the call is a long poll, which waits at AWS: it does not count against the limits. */
  readonly idle?: boolean;
  readonly signal?: AbortSignal;
}

/** The only way to AWS for all code above the SDK. The sample organisation and tests take the place of the network below it. */
export interface Reach {
  /**
   * The accounts of lists/account.txt and, if enabled, of the organisation; or those of another list. Called once per run.
   * An account without usable credentials is reported as a problem and left out.
   */
  accounts(file?: string): Promise<AccountDiscovery>;
  /** The buckets and queues that a list names, each with the identity that reads it. */
  bucketTargets(list: BucketList): Promise<BucketDiscovery>;
  /** The log groups that a list names, each with the accounts that it is looked for in. */
  logGroupTargets(list: LogGroupList): Promise<LogGroupDiscovery>;
  /** The caller, or the profile, role or account of this name (written as in the lists). Rejects with an OrgscopeError. */
  identity(reader?: string): Promise<Identity>;
  /** Like `identity`, for reading objects: it does not ask STS, so the account is unknown unless the credentials contain it. */
  objectReader(reader?: string): Promise<Identity>;
  /** The regions to read in this account. */
  regions(account: Account): Promise<readonly string[]>;
  /** A client on the shared connection pool. Few are cached, so ask for it again instead of keeping it. */
  client<Client>(type: ClientConstructor<Client>, identity: Identity, region: string): Client;
  /** Runs one API call within the limits of its account, region and service; retries are the SDK's. Rejects with an OrgscopeError. */
  call<Result>(place: CallPlace, run: () => Promise<Result>): Promise<Result>;
  /** By how much this machine's clock is ahead of AWS's, measured from the answers; undefined before the first answer. */
  clockSkewMs(): number | undefined;
  close(): void;
}
