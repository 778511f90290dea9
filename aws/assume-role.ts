import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { OrgscopeError } from '../core/problem.ts';
import { callError } from './call-error.ts';

/** A role, the account that assumes it, and how requests to STS are sent. */
export interface RoleRequest {
  readonly client: STSClient;
  readonly arn: string;
  readonly account: string;
  readonly callerAccount: string;
  readonly region: string;
  readonly externalId: string | undefined;
  readonly sending: { readonly abortSignal?: AbortSignal };
}

/** The temporary credentials of a role. Rejects with an OrgscopeError that says what the role's trust policy must allow. */
export async function assumeRole(request: RoleRequest): Promise<AwsCredentialIdentity> {
  const { client, arn, account, callerAccount, region, externalId, sending } = request;
  const command = new AssumeRoleCommand({
    RoleArn: arn,
    RoleSessionName: 'orgscope',
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  });
  try {
    const { Credentials: given } = await client.send(command, sending);
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) {
      throw new OrgscopeError('credentials', `AssumeRole of ${arn} gave no credentials`, 'Check AWS_ENDPOINT_URL if it is set.');
    }
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      accountId: account,
      ...(given.Expiration === undefined ? {} : { expiration: given.Expiration }),
    };
  } catch (error) {
    throw assumeError(callError(error, { account, region, call: 'sts:AssumeRole' }), arn, callerAccount);
  }
}

function assumeError(error: OrgscopeError, arn: string, callerAccount: string): OrgscopeError {
  if (error.code !== 'denied') return error;
  return new OrgscopeError(
    'denied',
    `the role ${arn} can't be assumed`,
    `It must exist, its trust policy must allow account ${callerAccount} (with the external id, if it requires one), and the caller's ` +
      'policy must allow "sts:AssumeRole" on it.',
    error.where,
    { cause: error },
  );
}
