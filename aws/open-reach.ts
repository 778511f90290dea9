import { join, relative } from 'node:path';
import type { AwsCredentialIdentity } from '@smithy/types';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Meter } from '../core/meter.ts';
import { QUEUE_LISTS } from '../core/pipeline-facts.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import { answerLimits, boundAnswers } from './bound-answers.ts';
import { callError } from './call-error.ts';
import { type CallLimits, createCallLimiter, DEFAULT_CALL_LIMITS } from './call-limiter.ts';
import { borrowed, createClientCache } from './client-cache.ts';
import { discoverOrganization } from './discover-organization.ts';
import { enabledRegions } from './enabled-regions.ts';
import { openIdentities } from './identities.ts';
import { partitionOfRegion } from './partition.ts';
import type { Account, BucketTarget, CallPlace, Identity, QueueTarget, Reach, WireHandler } from './reach.ts';
import { duplicate, readAccountList } from './read-account-list.ts';
import { readBucketList } from './read-bucket-list.ts';
import { type ListLine, lineProblem, originOf, parseReader, type Reader, readList } from './read-list.ts';
import { type Environment, openRequestHandler } from './request-handler.ts';
import { watchClock } from './watch-clock.ts';

export interface ReachOptions {
  /** The folder of account.txt, trails.txt, … */
  readonly lists: string;
  /** The process's environment: region, proxies, certificate authorities, endpoint overrides. The SDK reads its own variables itself. */
  readonly env: Environment;
  /** Ask the organisation for its accounts; a line of account.txt wins over what it says of the same account. */
  readonly organization?: boolean;
  /** The role in each member account. */
  readonly roleName?: string;
  readonly externalId?: string;
  /** In place of the default credentials. */
  readonly profile?: string;
  /** How an empty list is said: `failed` where the user asked for just that, `notice` where it is one of several. */
  readonly emptyLists?: 'failed' | 'notice';
  readonly mfaPrompt?: (serial: string) => Promise<string>;
  /** Where requests go instead of the network: the sample organisation and tests. Not closed by `close`. */
  readonly requestHandler?: WireHandler;
  /** In place of everything that the environment and the AWS configuration say. */
  readonly credentials?: AwsCredentialIdentity;
  readonly clock?: Clock;
  readonly limits?: CallLimits;
  /** For how long a call waits for a word from AWS. */
  readonly answerSeconds?: number | undefined;
  /** Stops what is asked before the work of a run begins (whose calls have a signal of their own): credentials, accounts, regions. */
  readonly signal?: AbortSignal;
  /** Is told of each request, but for those that the SDK's own credential providers send. */
  readonly meter?: Meter;
}

/** How AWS creates it in accounts made by the organisation. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html */
const DEFAULT_ROLE_NAME = 'OrganizationAccountAccessRole';

/** Attempts of the SDK per call. Throttled describes of big accounts need more than its three. */
const MAX_ATTEMPTS = 6;
/** A region opted in to is seen within the hour by a process that runs for weeks. */
const REGIONS_KEPT_MS = 60 * 60_000;

/**
 * Everything above the SDK reaches AWS through what this returns: credentials of every form, accounts from the lists or the
 * organisation, clients on one connection pool, calls within their limits, errors fit for people. Nothing is asked of AWS before
 * it is needed.
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
      // Not adaptive: one throttled answer early on slows that client to a call every two seconds; our own limits, and the
      // back-off of standard, are enough. Who wants it sets AWS_RETRY_MODE=adaptive.
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
  const regionsOf = new Map<string, { readonly asked: number; readonly regions: Promise<readonly string[]> }>();

  const reach: Reach = {
    async accounts(file = 'account.txt') {
      const lines = readList(listPath(file));
      const organization = options.organization === true && file === 'account.txt';
      const { entries, problems: listProblems } = readAccountList(lines, await profilesFor(lines));
      const problems: Problem[] = [...listProblems];
      const found = await resolveAll(entries, problems, async ({ line, reader, regions }): Promise<Account> => {
        const identity = await identities.reader(reader);
        const foreign = regions?.find((region) => partitionOfRegion(region) !== identity.partition);
        if (foreign !== undefined) {
          throw new OrgscopeError(
            'malformed',
            `${foreign} is not a region of the partition ${identity.partition}, to which the account belongs`,
            'Remove it from the line.',
          );
        }
        const name = reader.type === 'profile' ? reader.name : identity.account;
        return { id: identity.account, name, identity, regions, origin: originOf(line) };
      });

      const accounts = new Map<string, Account>();
      const lineOf = new Map<string, number>();
      for (const { entry, value } of found) {
        const earlier = lineOf.get(value.id);
        if (earlier === undefined) {
          accounts.set(value.id, value);
          lineOf.set(value.id, entry.line.line);
        } else problems.push(duplicate(entry.line, `account ${value.id}`, earlier));
      }

      if (organization) await addOrganization(accounts, entries, problems);
      else if (lines.length === 0) {
        problems.push(
          empty(
            file,
            file === 'account.txt'
              ? 'Name accounts in it, one a line, or use --organization.'
              : 'Name accounts in it, one a line.',
          ),
        );
      }
      return { accounts: [...accounts.values()], problems };
    },

    async bucketTargets({ file, objects, queues: takesQueues = false }) {
      const lines = readList(listPath(file));
      const { entries, queues: named, problems: listProblems } = readBucketList(lines, await profilesFor(lines));
      const problems: Problem[] = [...listProblems];
      // Objects that are only listed are stored under their reader's account; what is read says itself whose it is.
      const readerOf = async (reader: Reader | undefined): Promise<Identity> => {
        if (objects === 'read') return identities.objectReader(reader);
        return reader === undefined ? identities.caller() : identities.reader(reader);
      };
      const queueEntries = takesQueues ? named : [];
      for (const { line } of takesQueues ? [] : named) {
        const next = `Queues stand in ${QUEUE_LISTS.join(' or ')}.`;
        problems.push(lineProblem(line, 'malformed', `${file} names buckets, not queues`, next));
      }
      const found = await resolveAll(entries, problems, async ({ line, bucket, prefix, reader }): Promise<BucketTarget> => {
        const identity = await readerOf(reader);
        return { bucket, prefix, identity, origin: originOf(line) };
      });
      const queues = await resolveAll(queueEntries, problems, async ({ line, queue, reader }): Promise<QueueTarget> => {
        const identity = await readerOf(reader);
        const { url, regional, region = identity.homeRegion } = queue;
        return { url, region, regional, identity, origin: originOf(line) };
      });
      if (lines.length === 0) problems.push(empty(file, 'Name buckets in it, one a line.'));
      return { targets: found.map(({ value }) => value), queues: queues.map(({ value }) => value), problems };
    },

    async identity(reader): Promise<Identity> {
      return reader === undefined ? identities.caller() : identities.reader(await readerNamed(reader));
    },

    async objectReader(reader): Promise<Identity> {
      return identities.objectReader(reader === undefined ? undefined : await readerNamed(reader));
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

  async function readerNamed(word: string): Promise<Reader> {
    const parsed = parseReader(word, await identities.profiles());
    if ('code' in parsed) throw new OrgscopeError(parsed.code, parsed.message, parsed.next);
    return parsed;
  }

  function listPath(file: string): string {
    const path = join(options.lists, file);
    const shown = relative('', path);
    return shown.startsWith('..') ? path : shown;
  }

  /** An empty list asks nothing, not even which profiles there are. */
  async function profilesFor(lines: readonly ListLine[]): Promise<ReadonlySet<string>> {
    return lines.length === 0 ? new Set() : identities.profiles();
  }

  /** Accounts of the organisation that no line names. */
  async function addOrganization(
    accounts: Map<string, Account>,
    entries: readonly { readonly reader: { readonly type: string; readonly id?: string; readonly account?: string } }[],
    problems: Problem[],
  ): Promise<void> {
    // A line that failed has said so; the same account must not fail a second time.
    const named = new Set([...accounts.keys(), ...entries.map(({ reader }) => reader.id ?? reader.account)]);
    const origin = 'organization';
    const asked: Promise<Account | Problem>[] = [];
    try {
      // A page has twenty accounts: their roles are assumed while the next one is asked for.
      for await (const page of discoverOrganization(reach, await identities.caller(), options.signal)) {
        problems.push(...page.problems);
        for (const member of page.members) {
          const own = accounts.get(member.id);
          // A line that gives an account no name leaves it the organisation's.
          if (own !== undefined && own.name === own.id) accounts.set(own.id, { ...own, name: member.name });
          if (named.has(member.id)) continue;
          asked.push(
            identities.reader({ type: 'account', id: member.id }).then(
              (identity) => ({ ...member, identity, regions: undefined, origin }),
              (error) => toProblem(error, { account: member.id }),
            ),
          );
        }
      }
    } catch (error) {
      problems.push(toProblem(error));
    }
    for (const outcome of await Promise.all(asked)) {
      if ('code' in outcome) problems.push(outcome);
      else accounts.set(outcome.id, outcome);
    }
  }

  function empty(file: string, next: string): Problem {
    return {
      code: 'empty',
      severity: options.emptyLists ?? 'failed',
      message: 'the list names nothing',
      next,
      where: { file: listPath(file) },
    };
  }
}

/** What became of each entry; failures are problems with file and line. */
async function resolveAll<Entry extends { readonly line: ListLine }, Value>(
  entries: readonly Entry[],
  problems: Problem[],
  resolve: (entry: Entry) => Promise<Value>,
): Promise<{ entry: Entry; value: Value }[]> {
  const outcomes = await Promise.allSettled(entries.map(resolve));
  const found: { entry: Entry; value: Value }[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const entry = entries[index];
    if (entry === undefined) continue;
    if (outcome.status === 'fulfilled') found.push({ entry, value: outcome.value });
    else problems.push(toProblem(outcome.reason, { file: entry.line.file, line: entry.line.line }));
  }
  return found;
}
