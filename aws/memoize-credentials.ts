import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { Clock } from '../core/clock.ts';

/**
 * An SDK client asks for new credentials when the current ones expire in less than five minutes. If a provider kept credentials
 * longer than that, the client would get the same ones again and ask before every call.
 */
const REFRESH_BEFORE_MS = 6 * 60_000;

/** A provider that shares one set of credentials among all clients of an identity and refreshes it before it expires. */
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
      // A failed refresh does not end a run while the current credentials are still valid.
      if (!forced && current !== undefined && leftMs(current) > 0) return current;
      throw error;
    }
  };
}
