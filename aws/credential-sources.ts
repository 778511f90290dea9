import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';
import { OrgscopeError } from '../core/problem.ts';
import { checkAnswers } from './check-answers.ts';
import { memoizeCredentials } from './memoize-credentials.ts';
import { memoizePromise } from './memoize-promise.ts';
import { homeRegion } from './partition.ts';
import { providerError } from './provider-error.ts';
import type { Identity, WireHandler } from './reach.ts';
import type { Environment } from './request-handler.ts';
import { checkRoles, configuredRegion, profileNames, profileSettings, readSharedConfig } from './shared-config.ts';

/** Credentials whose account has not been asked for yet. */
export type UnidentifiedCaller = Omit<Identity, 'partition' | 'account' | 'arn'>;

/** What credentials are found with. */
export interface CredentialSettings {
  readonly env: Environment;
  readonly clock: Clock;
  /** Sends the SDK's own calls to STS and SSO while it resolves a profile. */
  readonly requestHandler: WireHandler;
  readonly profile: string | undefined;
  /** If set, these are used and the environment is ignored. */
  readonly credentials: AwsCredentialIdentity | undefined;
  readonly mfaPrompt: ((serial: string) => Promise<string>) | undefined;
  /** Filled with the profiles that set an endpoint, as they are loaded. */
  readonly pathStyleProfiles: Set<string>;
}

/** The credentials of the caller and of profiles, each found once, with providers that refresh them. */
export interface CredentialSources {
  caller(): Promise<UnidentifiedCaller>;
  profile(name: string): Promise<UnidentifiedCaller>;
  /** The names of the profiles in the user's AWS configuration, read anew at each call. */
  profiles(): Promise<ReadonlySet<string>>;
}

export function openCredentialSources(settings: CredentialSettings): CredentialSources {
  const { env, clock } = settings;
  const unidentified = new Map<string, Promise<UnidentifiedCaller>>();
  // Limited, since a profile may start a process (credential_process).
  const profileLimit = pLimit(8);
  // The terminal asks for one MFA code at a time.
  const promptLimit = pLimit(1);
  const mfaPrompt = settings.mfaPrompt;
  const mfaCodeProvider = mfaPrompt && ((serial: string) => promptLimit(() => mfaPrompt(serial)));

  /** Without these options STS and SSO would bypass the proxy. Both configurations are set, since the SDK's providers differ in which one they read. */
  const providerOptions = (region: string) => ({
    clientConfig: { requestHandler: settings.requestHandler },
    parentClientConfig: { region, requestHandler: settings.requestHandler },
    // Used for STS, the only one of these clients that takes plugins.
    clientPlugins: [checkAnswers('aws.protocols#awsQuery')],
  });

  /** A provider that loads at most once per lifetime of its credentials, and whose errors name their source. */
  const namedProvider = (key: string, region: string, load: AwsCredentialIdentityProvider, source: string) =>
    memoizeCredentials(async () => {
      try {
        return await profileLimit(() => load());
      } catch (error) {
        throw providerError(error, source, region, key === 'default');
      }
    }, clock);

  const profileCredentials = (name: string): Promise<UnidentifiedCaller> => {
    const key = `profile:${name}`;
    return memoizePromise(unidentified, key, async () => {
      const shared = await readSharedConfig();
      const config = profileSettings(shared, name);
      checkRoles(name, shared, env);
      const region = config.region || configuredRegion(env) || homeRegion('aws', undefined);
      if (config.endpoint_url || config.services) settings.pathStyleProfiles.add(name);
      // Not the whole provider chain: a profile without credentials must fail, not fall back to the machine's role.
      const load = fromIni({
        profile: name,
        ignoreCache: true,
        ...providerOptions(region),
        ...(mfaCodeProvider === undefined ? {} : { mfaCodeProvider }),
      });
      return {
        key,
        credentials: namedProvider(key, region, () => load(), `profile "${name}"`),
        homeRegion: region,
        profile: name,
      };
    });
  };

  const callerCredentials = async (): Promise<UnidentifiedCaller> => {
    const chosen = settings.profile;
    if (settings.credentials === undefined && chosen !== undefined) {
      if ((await profiles()).has(chosen)) return profileCredentials(chosen);
      throw new OrgscopeError('missing', `there is no profile "${chosen}"`, 'Check "aws configure list-profiles".');
    }
    return memoizePromise(unidentified, 'default', async () => {
      const own = settings.credentials;
      const region =
        configuredRegion(env) ||
        (own === undefined ? profileSettings(await readSharedConfig(), env.AWS_PROFILE || 'default').region : undefined) ||
        homeRegion('aws', undefined);
      if (own !== undefined) return { key: 'default', credentials: async () => own, homeRegion: region };
      // As in the SDK's provider chain, keys in the environment override any profile.
      if (!env.AWS_ACCESS_KEY_ID) checkRoles(env.AWS_PROFILE || 'default', await readSharedConfig(), env);
      const load = fromNodeProviderChain({
        ignoreCache: true,
        ...providerOptions(region),
        ...(mfaCodeProvider === undefined ? {} : { mfaCodeProvider }),
      });
      return {
        key: 'default',
        credentials: namedProvider('default', region, () => load(), 'the default credentials'),
        homeRegion: region,
      };
    });
  };

  const profiles = async (): Promise<ReadonlySet<string>> => {
    if (settings.credentials !== undefined) return new Set();
    return profileNames(await readSharedConfig());
  };

  return { caller: callerCredentials, profile: profileCredentials, profiles };
}
