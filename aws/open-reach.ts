import type { AwsCredentialIdentity } from '@smithy/types';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Meter } from '../core/meter.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import { answerLimits, boundAnswers } from './bound-answers.ts';
import { callError } from './call-error.ts';
import { type CallLimits, createCallLimiter, DEFAULT_CALL_LIMITS } from './call-limiter.ts';
import { borrowed, createClientCache } from './client-cache.ts';
import { enabledRegions } from './enabled-regions.ts';
import { openIdentities } from './identities.ts';
import { listAccounts } from './list-accounts.ts';
import { listBuckets } from './list-buckets.ts';
import { openListFolder } from './list-folder.ts';
import { listLogGroups } from './list-log-groups.ts';
import type { CallPlace, Identity, Reach, WireHandler } from './reach.ts';
import { parseReader, type Reader } from './read-list.ts';
import { type Environment, openRequestHandler } from './request-handler.ts';
import { watchClock } from './watch-clock.ts';

/** How AWS is reached: the user's settings, and what takes the place of the network in tests. */
export interface ReachOptions {
  /** The folder of account.txt, trails.txt, … */
  readonly lists: string;
  /** The process's environment: region, proxies, certificate authorities, endpoint overrides. The SDK reads its own variables itself. */
  readonly env: Environment;
  /** Whether to add the organisation's accounts. A line of account.txt takes precedence for its account. */
  readonly organization?: boolean;
  /** The role in each member account. */
  readonly roleName?: string;
  readonly externalId?: string;
  /** Used instead of the default credentials. */
  readonly profile?: string;
  /** The problem of a list that names nothing, where it is not the user who writes the lists: the sample organisation's. */
  readonly emptyList?: (file: string) => Problem;
  readonly mfaPrompt?: (serial: string) => Promise<string>;
  /** Receives the requests instead of the network: the sample organisation and tests use it. `close` does not close it. */
  readonly requestHandler?: WireHandler;
  /** If set, these are used, and the environment and the AWS configuration are ignored. */
  readonly credentials?: AwsCredentialIdentity;
  readonly clock?: Clock;
  readonly limits?: CallLimits;
  /** How long a call waits for an answer. */
  readonly answerSeconds?: number | undefined;
  /** Stops the calls that precede a run's jobs (credentials, accounts, regions). The jobs' calls have signals of their own. */
  readonly signal?: AbortSignal;
  /** Counts all requests except those of the SDK's own credential providers. */
  readonly meter?: Meter;
}

/** The role that Organizations creates in its member accounts: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html */
const DEFAULT_ROLE_NAME = 'OrganizationAccountAccessRole';

/** Attempts of the SDK per call. Its default of three is too few for throttled describe calls in large accounts. */
const MAX_ATTEMPTS = 6;
/** How long an account's regions are kept: a process that runs for weeks sees a newly enabled region within an hour. */
const REGIONS_KEPT_MS = 60 * 60_000;

/**
 * The only way to AWS for all code above the SDK: it provides credentials, accounts from the lists or the organisation, clients on
 * one connection pool, limits on calls, and errors that say what to do. It sends no request before one is needed.
 */
export function openReach(options: ReachOptions): Reach {
  const { env, clock = systemClock } = options;
  const wire: WireHandler = options.requestHandler ?? openRequestHandler(env);
  const watched = watchClock(wire, clock);
  const requestHandler = borrowed(boundAnswers(watched.wire, answerLimits(options.answerSeconds)));
  const limit = createCallLimiter(options.limits ?? DEFAULT_CALL_LIMITS);
  const pathStyleProfiles = new Set<string>();
  const clients = createClientCache({
    requestHandler,
    forcePathStyle: Boolean(env.AWS_ENDPOINT_URL || env.AWS_ENDPOINT_URL_S3),
    pathStyleProfiles,
    retry: {
      maxAttempts: Number(env.AWS_MAX_ATTEMPTS) || MAX_ATTEMPTS,
      // The adaptive mode slows a client to one call every two seconds after one early throttled answer. The call limiter and
      // the back-off of the standard mode are enough; AWS_RETRY_MODE=adaptive overrides this.
      ...(env.AWS_RETRY_MODE ? {} : { retryMode: 'standard' }),
    },
    ...(options.meter === undefined ? {} : { meter: options.meter }),
  });
  const identities = openIdentities({
    env,
    clock,
    clients,
    requestHandler,
    roleName: options.roleName ?? DEFAULT_ROLE_NAME,
    externalId: options.externalId,
    profile: options.profile,
    credentials: options.credentials,
    mfaPrompt: options.mfaPrompt,
    pathStyleProfiles,
    signal: options.signal,
  });
  const folder = openListFolder(options.lists, identities, options.emptyList);
  const regionsOf = new Map<string, { readonly asked: number; readonly regions: Promise<readonly string[]> }>();

  const reach: Reach = {
    accounts: (file = 'account.txt') =>
      listAccounts({ reach, identities, folder, organization: options.organization === true, signal: options.signal }, file),

    bucketTargets: (list) => listBuckets(identities, folder, list),

    logGroupTargets: (list) => listLogGroups(identities, folder, list, () => reach.accounts()),

    async identity(reader): Promise<Identity> {
      return reader === undefined ? identities.caller() : identities.reader(await parseReaderName(reader));
    },

    async objectReader(reader): Promise<Identity> {
      return identities.objectReader(reader === undefined ? undefined : await parseReaderName(reader));
    },

    async regions(account) {
      if (account.regions !== undefined) return account.regions;
      const now = clock.now().getTime();
      const kept = regionsOf.get(account.id);
      if (kept !== undefined && now - kept.asked < REGIONS_KEPT_MS) return kept.regions;
      const regions = enabledRegions(reach, account, options.signal);
      regionsOf.set(account.id, { asked: now, regions });
      regions.catch(() => regionsOf.delete(account.id));
      return regions;
    },

    client: (type, identity, region) => clients.get(type, identity, region),

    call<Result>(place: CallPlace, run: () => Promise<Result>) {
      const service = place.call.slice(0, place.call.indexOf(':'));
      const attempt = async (): Promise<Result> => {
        try {
          place.signal?.throwIfAborted();
          return await run();
        } catch (error) {
          throw callError(error, place);
        }
      };
      if (place.idle === true) return clients.watch(() => undefined, attempt);
      return limit(`${place.account} ${place.region} ${service}`, (throttled) => clients.watch(throttled, attempt), place.signal);
    },

    clockSkewMs: watched.skewMs,

    close() {
      if (options.requestHandler === undefined) wire.destroy?.();
    },
  };
  return reach;

  async function parseReaderName(name: string): Promise<Reader> {
    const parsed = parseReader(name, await identities.profiles());
    if ('code' in parsed) throw new OrgscopeError(parsed.code, parsed.message, parsed.next);
    return parsed;
  }
}
