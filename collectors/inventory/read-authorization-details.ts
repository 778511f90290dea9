import type {
  GetAccountAuthorizationDetailsCommandInput,
  GetAccountAuthorizationDetailsCommandOutput,
} from '@aws-sdk/client-iam';
import { askAws, type ReadScope } from './ask-aws.ts';
import type { Cli } from './to-cli-record.ts';

export type AuthorizationDetails = Cli<GetAccountAuthorizationDetailsCommandOutput>;

type Filter = NonNullable<GetAccountAuthorizationDetailsCommandInput['Filter']>;

/** Yields users, groups, roles and policies with their attachments, page by page. */
export async function* readAuthorizationDetails(scope: ReadScope, filter: Filter): AsyncGenerator<AuthorizationDetails> {
  const sdk = await import('@aws-sdk/client-iam');
  const ask = askAws('iam', sdk, sdk.IAMClient, scope);
  yield* ask('GetAccountAuthorizationDetails', { Filter: filter }, { pageSize: 1000 });
}
