import { randomInt } from 'node:crypto';
import { CreateAccountCommand, CreateOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { NO_AWS } from './without-aws.ts';

/** Keys as the SDK takes them; on the stand-ins they also decide the account that a call lands in. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface TestOrganisation {
  /** The management account, which is the caller's account. */
  readonly managementAccountId: string;
  readonly memberIds: readonly string[];
  /** The environment variables that give a process the keys of the management account on this server. */
  readonly env: Readonly<Record<string, string>>;
  /** The management account's keys, as in `env`. */
  readonly keys: Keys;
  /** Keys of a member (or the management account), to fill it with resources: what AssumeRole into its member role gives. */
  keysOf(accountId: string): Promise<Keys>;
  /** Client configuration for an account and region of it. `new EC2Client(await organisation.config(id, 'eu-west-1'))` */
  config(accountId: string, region: string): Promise<ClientSettings>;
}

interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Keys;
  readonly forcePathStyle: true;
}

export const MEMBER_ROLE = 'OrganizationAccountAccessRole';

const ROOT_KEYS: Keys = { accessKeyId: 'test', secretAccessKey: 'test' };

/** An account id that no other test on the same server uses. */
export const freshAccountId = (): string => String(randomInt(100_000_000_000, 999_999_999_999));

/**
 * Keys whose calls land in this account. Both stand-ins keep accounts apart by the role that was assumed. The role need not
 * exist there.
 */
export async function assumeInto(endpoint: string, accountId: string, role = MEMBER_ROLE, keys: Keys = ROOT_KEYS): Promise<Keys> {
  const sts = new STSClient({ endpoint, region: 'us-east-1', credentials: keys });
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/${role}`, RoleSessionName: 'orgscope-test' }),
    );
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) throw new Error('AssumeRole gave no credentials');
    return { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken };
  } finally {
    sts.destroy();
  }
}

/** The environment of a process that has these keys and this endpoint, and nothing of the machine's own AWS configuration. */
export function processEnv(endpoint: string, keys: Keys, region = 'us-east-1'): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.sessionToken }),
    AWS_REGION: region,
    ...NO_AWS,
  };
}

/**
 * An organisation on moto with a management account of its own, so that tests on one server share no accounts, and
 * `members` member accounts. moto chooses their ids at random.
 */
export async function makeOrganisation(endpoint: string, members: number): Promise<TestOrganisation> {
  const managementAccountId = freshAccountId();
  const keys = await assumeInto(endpoint, managementAccountId);
  const organizations = new OrganizationsClient({ endpoint, region: 'us-east-1', credentials: keys });
  const memberIds: string[] = [];
  try {
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    for (let number = 1; number <= members; number += 1) {
      const { CreateAccountStatus: status } = await organizations.send(
        new CreateAccountCommand({ AccountName: `member-${number}`, Email: `member-${number}@example.com` }),
      );
      if (!status?.AccountId) throw new Error('CreateAccount gave no account id');
      memberIds.push(status.AccountId);
    }
  } finally {
    organizations.destroy();
  }

  const known = new Map<string, Promise<Keys>>([[managementAccountId, Promise.resolve(keys)]]);
  const keysOf = (accountId: string): Promise<Keys> => {
    let promise = known.get(accountId);
    if (promise === undefined) {
      promise = assumeInto(endpoint, accountId, MEMBER_ROLE, keys);
      known.set(accountId, promise);
    }
    return promise;
  };
  return {
    managementAccountId,
    memberIds,
    env: processEnv(endpoint, keys),
    keys,
    keysOf,
    config: async (accountId, region) => ({ endpoint, region, credentials: await keysOf(accountId), forcePathStyle: true }),
  };
}
