import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { loadSharedConfigFiles } from '@smithy/shared-ini-file-loader';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';
import { OrgscopeError } from '../core/problem.ts';
import { callError } from './call-error.ts';
import { createCallLimiter } from './call-limiter.ts';
import { checkAnswers } from './check-answers.ts';
import type { ClientCache } from './client-cache.ts';
import { memoizeCredentials } from './memoize-credentials.ts';
import { homeRegion, parseArn, partitionOfRegion } from './partition.ts';
import type { Identity, WireHandler } from './reach.ts';
import { isRoleArn, type Reader, roleArnAdvice } from './read-list.ts';
import type { Environment } from './request-handler.ts';

/** An identity of which AWS told whose it is. */
export type KnownIdentity = Identity & { readonly account: string };

/** Whose credentials they are is not asked yet. */
type Holder = Omit<Identity, 'partition' | 'account' | 'arn'>;

/** Who calls: the caller, profiles, and roles that the caller assumes; each with one memoised provider. */
export interface Identities {
  /** Whose credentials the environment, `--profile` or the machine give. */
  caller(): Promise<KnownIdentity>;
  /** What a list names, with credentials that were had once: rejects with an OrgscopeError where they can't be. */
  reader(reader: Reader): Promise<KnownIdentity>;
  /**
   * Who reads objects; the caller where none is named. Whose account a caller or a profile is goes unasked: a store that speaks only S3 has no
   * STS to ask.
   */
  objectReader(reader: Reader | undefined): Promise<Identity>;
  /** Names in the user's AWS configuration, as of now. */
  profiles(): Promise<ReadonlySet<string>>;
}

export interface IdentitySettings {
  readonly env: Environment;
  readonly clock: Clock;
  readonly clients: ClientCache;
  /** For the SDK's own calls to STS and SSO while it resolves a profile. */
  readonly requestHandler: WireHandler;
  readonly roleName: string;
  readonly externalId: string | undefined;
  readonly profile: string | undefined;
  /** In place of everything that the environment says. */
  readonly credentials: AwsCredentialIdentity | undefined;
  readonly mfaPrompt: ((serial: string) => Promise<string>) | undefined;
  /** Filled as profiles that set an endpoint are met. */
  readonly pathStyleProfiles: Set<string>;
  readonly signal: AbortSignal | undefined;
}

export function openIdentities(settings: IdentitySettings): Identities {
  const { env, clock, clients } = settings;
  const sending = settings.signal === undefined ? {} : { abortSignal: settings.signal };
  const known = new Map<string, Promise<KnownIdentity>>();
  const holders = new Map<string, Promise<Holder>>();
  // STS allows 600 calls a second per account and region (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html), and
  // five thousand roles are to be assumed before the first sweep: so many at once, at 60 ms each. Apart from the limits of other
  // calls, since those hold their places while they wait for credentials.
  const stsLimiter = createCallLimiter({ perService: 32, overall: 32 });
  const stsLimit = <Result>(run: () => Promise<Result>): Promise<Result> =>
    stsLimiter('sts', (throttled) => clients.watch(throttled, run));
  // A profile may start a process.
  const profileLimit = pLimit(8);
  // One question at a time on the terminal.
  const promptLimit = pLimit(1);
  const mfaPrompt = settings.mfaPrompt;
  const mfaCodeProvider = mfaPrompt && ((serial: string) => promptLimit(() => mfaPrompt(serial)));

  const settingsOf = async (profile: string): Promise<Record<string, string | undefined>> => {
    const files = await sharedConfig();
    return { ...files.configFile[profile], ...files.credentialsFile[profile] };
  };

  /** Both, since the SDK's providers differ in which they look at; without it, STS and SSO would not pass the proxy. */
  const inner = (region: string) => ({
    clientConfig: { requestHandler: settings.requestHandler },
    parentClientConfig: { region, requestHandler: settings.requestHandler },
    // For STS, the only one of the clients that take plugins.
    clientPlugins: [checkAnswers('aws.protocols#awsQuery')],
  });

  /** Asks once per key; a failure is forgotten, so that the next run sees what the user mended. */
  const once = <Value>(kept: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> => {
    let promise = kept.get(key);
    if (promise === undefined) {
      promise = make();
      kept.set(key, promise);
      promise.catch(() => kept.delete(key));
    }
    return promise;
  };

  /** The SDK's errors about credentials know nothing of whose they are. */
  const named = (
    key: string,
    region: string,
    load: AwsCredentialIdentityProvider,
    describe: string,
  ): AwsCredentialIdentityProvider =>
    memoizeCredentials(async () => {
      try {
        return await profileLimit(() => load());
      } catch (error) {
        // fromIni reports a failed AssumeRole of a profile as STS's own error; everything else it throws is about credentials.
        const { code, message, next, where } = callError(error, { region, call: 'sts:AssumeRole' });
        // STS tells why it refuses, and to whom; of what the SDK's own providers throw, nothing may be shown: it may be a command with a secret.
        if (code !== 'unexpected' || isAnswer(error)) {
          const reason = code === 'denied' ? reasonOf(error) : '';
          const todo = code === 'unexpected' ? 'Mend what STS names in the AWS configuration.' : next;
          const problem = code === 'unexpected' ? 'malformed' : code;
          throw new OrgscopeError(problem, `${describe}: ${message}${reason}`, todo, key === 'default' ? {} : where, {
            cause: error,
          });
        }
        throw new OrgscopeError(
          'credentials',
          `${describe}: no usable credentials`,
          'Check with "aws sts get-caller-identity" (and --profile) in the same shell.',
          {},
          { cause: error },
        );
      }
    }, clock);

  const whoIs = async (identity: Holder): Promise<KnownIdentity> => {
    const call = 'sts:GetCallerIdentity';
    const asker = { ...identity, partition: '' };
    try {
      const client = clients.get(STSClient, asker, identity.homeRegion);
      const { Account: account, Arn: arn = '' } = await stsLimit(() => client.send(new GetCallerIdentityCommand({}), sending));
      const partition = parseArn(arn)?.partition;
      if (account === undefined || partition === undefined) {
        throw new OrgscopeError(
          'unexpected',
          `${call} did not say which account this is`,
          'Check AWS_ENDPOINT_URL if it is set.',
        );
      }
      return { ...identity, account, arn, partition, homeRegion: homeRegion(partition, identity.homeRegion) };
    } catch (error) {
      throw callError(error, { region: identity.homeRegion, call });
    }
  };

  const holderOfProfile = (name: string): Promise<Holder> => {
    const key = `profile:${name}`;
    return once(holders, key, async () => {
      const config = await settingsOf(name);
      checkRoles(name, await sharedConfig(), env);
      const region = config.region || configuredRegion(env) || homeRegion('aws', undefined);
      if (config.endpoint_url || config.services) settings.pathStyleProfiles.add(name);
      // Not the whole chain: a profile that gives nothing must not be answered by the machine's own role.
      const load = fromIni({
        profile: name,
        ignoreCache: true,
        ...inner(region),
        ...(mfaCodeProvider === undefined ? {} : { mfaCodeProvider }),
      });
      return {
        key,
        credentials: named(key, region, () => load(), `profile "${name}"`),
        homeRegion: region,
        profile: name,
      };
    });
  };

  const holderOfCaller = async (): Promise<Holder> => {
    const chosen = settings.profile;
    if (settings.credentials === undefined && chosen !== undefined) {
      if ((await profiles()).has(chosen)) return holderOfProfile(chosen);
      throw new OrgscopeError('missing', `there is no profile "${chosen}"`, 'Check "aws configure list-profiles".');
    }
    return once(holders, 'default', async () => {
      const own = settings.credentials;
      const region =
        configuredRegion(env) ||
        (own === undefined ? (await settingsOf(env.AWS_PROFILE || 'default')).region : undefined) ||
        homeRegion('aws', undefined);
      if (own !== undefined) return { key: 'default', credentials: async () => own, homeRegion: region };
      // As the chain goes: keys in the environment win over any profile.
      if (!env.AWS_ACCESS_KEY_ID) checkRoles(env.AWS_PROFILE || 'default', await sharedConfig(), env);
      const load = fromNodeProviderChain({
        ignoreCache: true,
        ...inner(region),
        ...(mfaCodeProvider === undefined ? {} : { mfaCodeProvider }),
      });
      return {
        key: 'default',
        credentials: named('default', region, () => load(), 'the default credentials'),
        homeRegion: region,
      };
    });
  };

  const profile = (name: string) => once(known, `profile:${name}`, async () => whoIs(await holderOfProfile(name)));

  const caller = async (): Promise<KnownIdentity> => {
    const holder = await holderOfCaller();
    return once(known, holder.key, () => whoIs(holder));
  };

  /** Its credentials are had once, so that a list can say which of its lines has none. */
  const unasked = async (holder: Holder): Promise<Identity> => {
    const { accountId } = await holder.credentials();
    return {
      ...holder,
      partition: partitionOfRegion(holder.homeRegion),
      ...(accountId === undefined ? {} : { account: accountId }),
    };
  };

  const objectReader = async (wanted: Reader | undefined): Promise<Identity> => {
    if (wanted === undefined) return unasked(await holderOfCaller());
    return wanted.type === 'profile' ? unasked(await holderOfProfile(wanted.name)) : reader(wanted);
  };

  const role = (arn: string, account: string, partition: string): Promise<KnownIdentity> =>
    once(known, `role:${arn}`, async () => {
      const base = await caller();
      const region = homeRegion(partition, base.homeRegion);
      const place = { account, region, call: 'sts:AssumeRole' };
      const credentials = memoizeCredentials(async () => {
        const input = {
          RoleArn: arn,
          RoleSessionName: 'orgscope',
          ...(settings.externalId === undefined ? {} : { ExternalId: settings.externalId }),
        };
        try {
          const client = clients.get(STSClient, base, region);
          const { Credentials: given } = await stsLimit(() => client.send(new AssumeRoleCommand(input), sending));
          if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) {
            throw new OrgscopeError(
              'credentials',
              `AssumeRole of ${arn} gave no credentials`,
              'Check AWS_ENDPOINT_URL if it is set.',
            );
          }
          return {
            accessKeyId: given.AccessKeyId,
            secretAccessKey: given.SecretAccessKey,
            sessionToken: given.SessionToken,
            accountId: account,
            ...(given.Expiration === undefined ? {} : { expiration: given.Expiration }),
          };
        } catch (error) {
          throw assumeError(callError(error, place), arn, base);
        }
      }, clock);
      await credentials();
      return {
        key: `role:${arn}`,
        credentials,
        partition,
        homeRegion: region,
        account,
        ...(base.profile === undefined ? {} : { profile: base.profile }),
      };
    });

  const reader = async (wanted: Reader): Promise<KnownIdentity> => {
    if (wanted.type === 'profile') return profile(wanted.name);
    const base = await caller();
    if (wanted.type === 'role') return role(wanted.arn, wanted.account, wanted.partition);
    // The caller's own account, often the management account, has no member role.
    if (wanted.id === base.account) return base;
    return role(`arn:${base.partition}:iam::${wanted.id}:role/${settings.roleName}`, wanted.id, base.partition);
  };

  const profiles = async (): Promise<ReadonlySet<string>> => {
    if (settings.credentials !== undefined) return new Set();
    const { configFile, credentialsFile } = await sharedConfig();
    return new Set([
      // Other sections of the configuration file are kept under their kind: `sso-session.x`, `services.x`.
      ...Object.keys(configFile).filter((name) => !/^(sso-session|services)\./.test(name)),
      ...Object.keys(credentialsFile),
    ]);
  };

  return { caller, reader, objectReader, profiles };
}

/** Read anew each time: `up` runs for weeks, and the user edits. */
type SharedConfig = Awaited<ReturnType<typeof loadSharedConfigFiles>>;
const sharedConfig = (): Promise<SharedConfig> => loadSharedConfigFiles({ ignoreCache: true });

const configuredRegion = (env: Environment): string | undefined => env.AWS_REGION || env.AWS_DEFAULT_REGION;

/**
 * Whether a service answered, rather than a provider of the SDK failed before it asked one. A text about a token or an assertion may hold it:
 * STS repeats the value that it does not take.
 */
const isAnswer = (error: unknown): boolean =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode !== undefined &&
  error instanceof Error &&
  !/token|assertion/i.test(error.message);

const reasonOf = (error: unknown): string =>
  isAnswer(error) && error instanceof Error && error.message !== '' ? ` (${error.message.split('\n', 1)[0]?.slice(0, 300)})` : '';

/** A role of the profile, or of those that it gets its credentials from, that STS would refuse with a text about patterns. */
function checkRoles(name: string, { configFile, credentialsFile }: SharedConfig, env: Environment): void {
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    const inConfig = configFile[at]?.role_arn !== undefined;
    const role: string | undefined = credentialsFile[at]?.role_arn ?? configFile[at]?.role_arn;
    if (role !== undefined && !isRoleArn(role)) {
      const file = inConfig
        ? (env.AWS_CONFIG_FILE ?? '~/.aws/config')
        : (env.AWS_SHARED_CREDENTIALS_FILE ?? '~/.aws/credentials');
      throw new OrgscopeError(
        'malformed',
        `profile "${at}": role_arn "${role}" is not the ARN of a role`,
        `Mend it in ${file}: ${roleArnAdvice(role)}`,
        { file },
      );
    }
    at = credentialsFile[at]?.source_profile ?? configFile[at]?.source_profile;
  }
}

function assumeError(error: OrgscopeError, arn: string, base: KnownIdentity): OrgscopeError {
  if (error.code !== 'denied') return error;
  return new OrgscopeError(
    'denied',
    `the role ${arn} can't be assumed`,
    `It must exist, its trust policy must let account ${base.account} in (with the external id, if it asks for one), and the caller's ` +
      'policy must allow "sts:AssumeRole" on it.',
    error.where,
    { cause: error },
  );
}
