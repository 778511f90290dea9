import { parse } from 'csv-parse/sync';
import { OrgscopeError } from '../../core/problem.ts';
import { one } from './ask-aws.ts';
import { declareKind } from './declare-kind.ts';

/** One row of a credential report, by column. All values are text; a processor interprets them. */
export type CredentialReportRow = Readonly<Record<string, string>>;

/** IAM users and root from the account's credential report, which is at most four hours old: AWS makes a new one only after that time. */
export const iamCredentialReport = declareKind({
  name: 'iam-credential-report',
  summary: 'IAM users and root from the credential report: sign-in, keys, second factor and last activity.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'GetCredentialReport',
  calls: ['GenerateCredentialReport'],
  scope: 'global',
  prepare: async (ask, wait) => {
    // AWS says COMPLETE within seconds; a report of thousands of users takes longer. The wait ends after about five
    // minutes: GetCredentialReport then fails with ReportInProgress, which names the cause.
    for (let delayMs = 500, waitedMs = 0; waitedMs < 300_000; delayMs = Math.min(delayMs * 2, 20_000)) {
      const { State } = await one(ask('GenerateCredentialReport', {}));
      if (State === 'COMPLETE') return;
      if (State !== 'STARTED' && State !== 'INPROGRESS') throw noState(State);
      await wait(delayMs);
      waitedMs += delayMs;
    }
  },
  // Between COMPLETE and the call a report may expire, and be in progress again. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html
  notYet: ['CredentialReportExpiredException', 'CredentialReportNotPresentException', 'CredentialReportNotReadyException'],
  items: (output) => rowsOf(output.Content),
  id: (row) => row.user,
  arn: (row) => row.arn,
  sharesArn: true,
  title: (row) => row.user,
  created: (row) => row.user_creation_time,
  volatile: [
    'password_last_used',
    'access_key_1_last_used_date',
    'access_key_1_last_used_region',
    'access_key_1_last_used_service',
    'access_key_2_last_used_date',
    'access_key_2_last_used_region',
    'access_key_2_last_used_service',
  ],
  lookUps: [{ adds: 'rights' }],
  credentials: true,
  page: { rank: 'last', neverConnected: true },
  example: {
    ReportFormat: 'text/csv',
    GeneratedTime: '2026-01-02T03:04:05.000Z',
    Content: Buffer.from(
      'user,arn,user_creation_time,password_enabled,password_last_used\n' +
        '<root_account>,arn:aws-cn:iam::111111111111:root,2020-01-02T03:04:05+00:00,not_supported,no_information\n',
    ).toString('base64'),
  },
  examples: { GenerateCredentialReport: { State: 'COMPLETE' } },
});

/** Fails at once: AWS is not making a report, so waiting would be useless. */
function noState(state: string | undefined): OrgscopeError {
  return new OrgscopeError(
    'malformed',
    `the credential report is ${state === undefined ? 'in no state' : `in the state ${state.slice(0, 40)}`}, which IAM does not know`,
    'Run again later. If it stays, check AWS_ENDPOINT_URL and the proxy.',
    { call: 'iam:GenerateCredentialReport' },
  );
}

function rowsOf(content: string | undefined): CredentialReportRow[] {
  if (content === undefined) return [];
  // Rows of an older report may lack the columns that AWS has added since.
  return parse<Record<string, string>>(Buffer.from(content, 'base64'), {
    columns: true,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
  });
}
