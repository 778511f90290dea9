import { loadSharedConfigFiles } from '@smithy/shared-ini-file-loader';
import { OrgscopeError } from '../core/problem.ts';
import { isRoleArn, roleArnAdvice } from './read-list.ts';
import type { Environment } from './request-handler.ts';

/** The user's AWS configuration: `~/.aws/config` and `~/.aws/credentials`. */
export type SharedConfig = Awaited<ReturnType<typeof loadSharedConfigFiles>>;

/** Reads the files anew at each call: the process runs for weeks, and users edit them. */
export const readSharedConfig = (): Promise<SharedConfig> => loadSharedConfigFiles({ ignoreCache: true });

/** The settings of one profile; the credentials file overrides the configuration file. */
export const profileSettings = (
  { configFile, credentialsFile }: SharedConfig,
  profile: string,
): Record<string, string | undefined> => ({ ...configFile[profile], ...credentialsFile[profile] });

/** The names of all profiles. */
export const profileNames = ({ configFile, credentialsFile }: SharedConfig): ReadonlySet<string> =>
  new Set([
    // The loader prefixes the other sections of the configuration file with their kind: `sso-session.x`, `services.x`.
    ...Object.keys(configFile).filter((name) => !/^(sso-session|services)\./.test(name)),
    ...Object.keys(credentialsFile),
  ]);

/** The region that the environment sets. */
export const configuredRegion = (env: Environment): string | undefined => env.AWS_REGION || env.AWS_DEFAULT_REGION;

/** Throws where the profile, or one that it takes its credentials from, has a malformed `role_arn`: STS's own error for it names only a pattern. */
export function checkRoles(name: string, { configFile, credentialsFile }: SharedConfig, env: Environment): void {
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
        `Correct it in ${file}: ${roleArnAdvice(role)}`,
        { file },
      );
    }
    at = credentialsFile[at]?.source_profile ?? configFile[at]?.source_profile;
  }
}
