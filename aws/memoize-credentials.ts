import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { Clock } from '../core/clock.ts';

/**
 * A client asks again when its credentials have less than five minutes left; were we to keep them longer than that, it would
 * get the same ones back and ask before every call.
 */
const REFRESH_BEFORE_MS = 6 * 60_000;

/** One set of credentials for all clients of an identity, loaded once at a time and anew before it expires. */
export function memoizeCredentials(load: () => Promise<AwsCredentialIdentity>, clock: Clock): AwsCredentialIdentityProvider {
  let current: AwsCredentialIdentity | undefined;
  let loading: Promise<AwsCredentialIdentity> | undefined;

  const leftMs = (credentials: AwsCredentialIdentity): number =>
    credentials.expiration === undefined ? Number.POSITIVE_INFINITY : credentials.expiration.getTime() - clock.now().getTime();

  return async (properties) => {
    const forced = properties?.forceRefresh === true;
    if (!forced && current !== undefined && leftMs(current) > REFRESH_BEFORE_MS) return current;
    loading ??= load()
      .then((credentials) => {
        current = credentials;
        return credentials;
      })
      .finally(() => {
        loading = undefined;
      });
    try {
      return await loading;
    } catch (error) {
      // A hiccup of STS must not end a run whose credentials are good for some minutes still.
      if (!forced && current !== undefined && leftMs(current) > 0) return current;
      throw error;
    }
  };
}
