import type { GetAccountAuthorizationDetailsCommandOutput } from '@aws-sdk/client-iam';
import { askAws, type ReadScope } from './ask-aws.ts';
import type { Cli } from './to-cli-record.ts';

export type AuthorizationDetails = Cli<GetAccountAuthorizationDetailsCommandOutput>;

/** Users, groups and the policies attached to them, page by page: who may do what, in one call. */
export async function* readAuthorizationDetails(scope: ReadScope): AsyncGenerator<AuthorizationDetails> {
  const sdk = await import('@aws-sdk/client-iam');
  const ask = askAws('iam', sdk, sdk.IAMClient, scope);
  // Roles, the largest part by far, are not needed.
  yield* ask('GetAccountAuthorizationDetails', { Filter: ['User', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] }, 1000);
}
