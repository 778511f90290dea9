import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { OrgscopeError } from '../core/problem.ts';
import { assumeRole } from './assume-role.ts';
import { callError } from './call-error.ts';
import { createCallLimiter } from './call-limiter.ts';
import type { ClientCache } from './client-cache.ts';
import { type CredentialSettings, openCredentialSources, type UnidentifiedCaller } from './credential-sources.ts';
import { memoizeCredentials } from './memoize-credentials.ts';
import { memoizePromise } from './memoize-promise.ts';
import { homeRegion, parseArn, partitionOfRegion } from './partition.ts';
import type { Identity } from './reach.ts';
import type { Reader } from './read-list.ts';

/** An identity whose account STS has answered. */
export type KnownIdentity = Identity & { readonly account: string };

/** The identities that sign calls: the caller, profiles, and roles that the caller assumes. Each has one memoized credential provider. */
export interface Identities {
  /** The identity that the environment, `--profile` or the machine gives. */
  caller(): Promise<KnownIdentity>;
  /** The identity that a line of a list names. Loads its credentials once, and rejects with an OrgscopeError where that fails. */
  reader(reader: Reader): Promise<KnownIdentity>;
  /**
   * The identity that reads objects; the caller if the list names none. Does not ask STS for the account of a caller or a profile: a service
   * that is only compatible with S3 has no STS.
   */
  objectReader(reader: Reader | undefined): Promise<Identity>;
  /** The names of the profiles in the user's AWS configuration, read anew at each call. */
  profiles(): Promise<ReadonlySet<string>>;
}

/** What identities are made from, besides the settings of the credential sources. */
export interface IdentitySettings extends CredentialSettings {
  readonly clients: ClientCache;
  readonly roleName: string;
  readonly externalId: string | undefined;
  readonly signal: AbortSignal | undefined;
}

export function openIdentities(settings: IdentitySettings): Identities {
  const { clock, clients } = settings;
  const sources = openCredentialSources(settings);
  const sending = settings.signal === undefined ? {} : { abortSignal: settings.signal };
  const known = new Map<string, Promise<KnownIdentity>>();
  // STS allows 600 calls a second per account and region (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html), and
  // a large organisation needs five thousand roles before the first sweep: 32 calls at a time, of 60 ms each, stay below that.
  // This limiter is separate, because calls hold their slots in the other one while they wait for credentials.
  const stsLimiter = createCallLimiter({ perService: 32, overall: 32 });
  const stsLimit = <Result>(run: () => Promise<Result>): Promise<Result> =>
    stsLimiter('sts', (throttled) => clients.watch(throttled, run));

  const identify = async (identity: UnidentifiedCaller): Promise<KnownIdentity> => {
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

  const profile = (name: string) => memoizePromise(known, `profile:${name}`, async () => identify(await sources.profile(name)));

  const caller = async (): Promise<KnownIdentity> => {
    const source = await sources.caller();
    return memoizePromise(known, source.key, () => identify(source));
  };

  /** Loads the credentials once, so that a failure is reported with its line of the list. */
  const withoutSts = async (source: UnidentifiedCaller): Promise<Identity> => {
    const { accountId } = await source.credentials();
    return {
      ...source,
      partition: partitionOfRegion(source.homeRegion),
      ...(accountId === undefined ? {} : { account: accountId }),
    };
  };

  const objectReader = async (wanted: Reader | undefined): Promise<Identity> => {
    if (wanted === undefined) return withoutSts(await sources.caller());
    return wanted.type === 'profile' ? withoutSts(await sources.profile(wanted.name)) : reader(wanted);
  };

  const role = (arn: string, account: string, partition: string): Promise<KnownIdentity> =>
    memoizePromise(known, `role:${arn}`, async () => {
      const base = await caller();
      const region = homeRegion(partition, base.homeRegion);
      const request = { arn, account, callerAccount: base.account, region, externalId: settings.externalId, sending };
      const credentials = memoizeCredentials(
        () => stsLimit(() => assumeRole({ ...request, client: clients.get(STSClient, base, region) })),
        clock,
      );
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
    // The member role does not exist in the caller's own account, which is often the management account.
    if (wanted.id === base.account) return base;
    return role(`arn:${base.partition}:iam::${wanted.id}:role/${settings.roleName}`, wanted.id, base.partition);
  };

  return { caller, reader, objectReader, profiles: sources.profiles };
}
