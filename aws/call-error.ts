import { OrgscopeError, type ProblemCode, type Where } from '../core/problem.ts';
import { AnswerError } from './answer-error.ts';
import { notOfAws } from './check-answers.ts';
import type { CallPlace } from './reach.ts';

/**
 * Converts an error of AWS, the SDK or the network to an OrgscopeError that says what to do. The decision uses code and status only,
 * since AWS changes its message texts; the text is read only for the name of the denied action.
 */
export function callError(error: unknown, place: ErrorPlace): OrgscopeError {
  const where: Where = {
    ...(/^\d{12}$/.test(place.account ?? '') ? { account: place.account as string } : {}),
    region: place.region,
    call: place.call,
  };
  // The error comes from loading the call's credentials: the user has to act on the failed AssumeRole, not on this call.
  if (error instanceof OrgscopeError) {
    const message = error instanceof AnswerError ? `${place.call}: ${error.message}` : error.message;
    return new OrgscopeError(error.code, message, error.next, { ...where, ...error.where }, { cause: error });
  }
  const { name, code, status, message, contentType, attempts } = facts(error);
  const make = (problem: ProblemCode, text: string, next: string, more: Where = {}) =>
    new OrgscopeError(problem, text, next, { ...where, ...more }, { cause: error });

  if (place.signal?.aborted === true || name === 'AbortError') {
    return make('interrupted', `${place.call} was stopped`, 'Run the same command again: it takes up where it stopped.');
  }
  if (NOT_ENABLED.has(name)) {
    return make(
      'missing',
      `${place.region} or ${serviceOf(place.call)} is not enabled in this account (${name})`,
      'Enable it in the account, or name the regions to read after the account in lists/account.txt.',
    );
  }
  if (CREDENTIALS.has(name) || (status === 401 && !DENIED.has(name))) {
    return make('credentials', credentialsMessage(name, message), credentialsNext(name));
  }
  if (DENIED.has(name) || (status === 403 && !THROTTLED.has(name))) {
    const action = actionNamed(message) ?? place.action ?? iamAction(place.call);
    if (namesOrganizationPolicy(message)) {
      return make(
        'denied',
        `access denied to ${place.call}: a policy of the organisation forbids it (service or resource control policy)`,
        'No policy of the account can override it. Change the policy of the organisation, or name only the regions that it allows ' +
          'after the account in lists/account.txt.',
        { action },
      );
    }
    return make(
      'denied',
      `access denied to ${place.call}`,
      `Add "${action}" to the actions that the policy of this role or user allows; a service control policy may deny it too. ` +
        `"orgscope policy" prints all that is needed.`,
      { action },
    );
  }
  if (THROTTLED.has(name) || status === 429) {
    return make(
      'throttled',
      `AWS throttled ${place.call} (${name}), after ${count(attempts, 'attempt')}`,
      'Run again later: what succeeded is kept.',
    );
  }
  if (LIMITS.has(name)) {
    return make(
      'throttled',
      `${place.call}: a limit of the account is reached (${name})`,
      'Run again later; if it stays so, see Service Quotas in that account.',
    );
  }
  if (PAGE_TOKENS.has(name)) {
    return make(
      'unreachable',
      `${place.call}: AWS refused its own page token (${name})`,
      'Run again: the listing then starts from the beginning.',
    );
  }
  const report = REPORTS[name];
  if (report !== undefined) {
    return make(
      'missing',
      `${place.call}: ${report} (${name})`,
      'Run again later: AWS makes a new report at most every four hours.',
    );
  }
  if (code !== undefined && isNetwork(code)) return unreachable(code);
  if (NETWORK_NAMES.has(name)) return unreachable(name);
  // With a successful status as well: the call succeeded, and the SDK could not parse the answer.
  const unreadable = contentType?.startsWith('text/html') === true || error instanceof SyntaxError || (status ?? 300) < 300;
  if (!MISSING.has(name) && unreadable) {
    const { code: problem, message: text, next } = notOfAws(contentType ?? 'something else', status ?? 0);
    return make(problem, `${place.call}: ${text}`, next);
  }
  if (status !== undefined && status < 400) {
    return make(
      'missing',
      `${place.call} was redirected more than once (HTTP ${status}, ${name})`,
      'Check the region of the bucket, and AWS_ENDPOINT_URL if it is set.',
    );
  }
  if (MISSING.has(name) || name.endsWith('.NotFound') || name.endsWith('NotFoundException') || status === 404) {
    return make('missing', `${place.call}: ${firstLine(message) || name}`, 'Check the name, the account and the region.');
  }
  if (status !== undefined && status >= 500) {
    return make(
      'unreachable',
      `${place.call} failed at AWS (HTTP ${status}, ${name}), after ${count(attempts, 'attempt')}`,
      'Run again later: what succeeded is kept.',
    );
  }
  return make(
    'unexpected',
    `${place.call}: ${name}: ${firstLine(message)}`,
    'This may be a defect of orgscope: please report it with this message.',
  );

  function unreachable(reason: string): OrgscopeError {
    return make(
      'unreachable',
      `${serviceOf(place.call)} in ${place.region} can't be reached (${reason})`,
      isCertificate(reason)
        ? 'Name the certificate authority of your proxy in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS.'
        : 'Check the network, HTTPS_PROXY and NO_PROXY, and AWS_ENDPOINT_URL if it is set.',
    );
  }
}

/** A CallPlace whose account may be unknown, as in the call that asks for it. */
export type ErrorPlace = Omit<CallPlace, 'account'> & { readonly account?: string };

/** Calls whose IAM action is named differently. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const ACTIONS: Readonly<Record<string, string>> = {
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:ListObjects': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
};

const iamAction = (call: string): string => ACTIONS[call] ?? call;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and each service's "Common errors". */
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AllAccessDisabled',
  'AuthorizationError',
  'AuthorizationErrorException',
  'Client.UnauthorizedOperation',
  'Forbidden',
  'KmsAccessDenied',
  'NotAuthorized',
  'UnauthorizedAccess',
  'UnauthorizedOperation',
]);

const CREDENTIALS = new Set([
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidIdentityToken',
  'InvalidSecurity',
  'InvalidSignatureException',
  'InvalidToken',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NotSignedUp',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'TokenRefreshRequired',
  'UnauthorizedException',
  'UnrecognizedClientException',
]);

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);

const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Codes of a reached quota of the account. */
const LIMITS = new Set(['LimitExceeded', 'LimitExceededException', 'ServiceQuotaExceededException']);

const PAGE_TOKENS = new Set([
  'ExpiredNextTokenException',
  'InvalidNextToken',
  'InvalidNextTokenException',
  'InvalidPaginationTokenException',
  'PaginationTokenExpiredException',
]);

/** Codes about the credential report, by the SDK's name and by IAM's. */
const REPORTS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  CredentialReportExpiredException: 'the credential report has expired',
  CredentialReportNotPresentException: 'there is no credential report yet',
  CredentialReportNotReadyException: 'AWS is still making the credential report',
  ReportExpired: 'the credential report has expired',
  ReportInProgress: 'AWS is still making the credential report',
  ReportNotPresent: 'there is no credential report yet',
});

const NOT_ENABLED = new Set([
  'OptInRequired',
  'OptInRequiredException',
  'RegionDisabledException',
  'SubscriptionRequiredException',
]);

const MISSING = new Set([
  'AWS.SimpleQueueService.NonExistentQueue',
  'AWSOrganizationsNotInUseException',
  'NoSuchBucket',
  'NoSuchEntity',
  'NoSuchEntityException',
  'NoSuchKey',
  'NotFound',
  'QueueDoesNotExist',
  'ResourceNotFound',
]);

const NETWORK_NAMES = new Set(['TimeoutError', 'NetworkingError', 'RequestTimeout']);

function isNetwork(code: string): boolean {
  return (
    /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|EHOST|ENET|ENETWORK|EPROTO|EADDR|ERR_PROXY|ERR_SSL|ERR_TLS|UND_ERR|ERR_STREAM_PREMATURE)/.test(
      code,
    ) || isCertificate(code)
  );
}

function isCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code);
}

function facts(error: unknown): {
  name: string;
  code: string | undefined;
  status: number | undefined;
  message: string;
  contentType: string | undefined;
  attempts: number;
} {
  const value = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as {
    name?: unknown;
    code?: unknown;
    Code?: unknown;
    message?: unknown;
    cause?: { code?: unknown };
    $metadata?: { httpStatusCode?: number; attempts?: number };
    $response?: { headers?: Record<string, string> };
  };
  const code = value.code ?? value.cause?.code;
  return {
    name: typeof value.name === 'string' ? value.name : 'Error',
    code: typeof code === 'string' ? code : undefined,
    status: value.$metadata?.httpStatusCode,
    message: typeof value.message === 'string' ? value.message : '',
    contentType: value.$response?.headers?.['content-type'],
    attempts: value.$metadata?.attempts ?? 1,
  };
}

/** AWS's texts about credentials are never shown: that of a signature error contains the request with its session token. */
function credentialsMessage(name: string, message: string): string {
  if (EXPIRED.has(name)) return `the credentials have expired (${name})`;
  if (name === 'RequestTimeTooSkewed') return "this machine's clock differs from AWS's by more than AWS allows";
  if (name !== 'CredentialsProviderError' && name !== 'TokenProviderError') return `AWS did not accept the credentials (${name})`;
  // The SDK reports a failed credential_process with its command line, which may contain a secret.
  if (/command failed/i.test(message)) return 'credential_process failed';
  return `no usable credentials: ${firstLine(message)}`;
}

function credentialsNext(name: string): string {
  if (EXPIRED.has(name)) return 'Get new ones (for SSO: aws sso login) and run again.';
  if (name === 'RequestTimeTooSkewed') return 'Set the clock (NTP) and run again.';
  return (
    'Check with "aws sts get-caller-identity" in the same shell; for China, GovCloud and other partitions set AWS_REGION to a ' +
    'region of theirs.'
  );
}

/** Chooses the advice for a denial; it never decides whether an error is one. */
const namesOrganizationPolicy = (message: string): boolean =>
  /explicit deny in a (service|resource) control policy/i.test(message);

/** Whether AWS names a policy of the organisation as the reason of the denial. */
export function deniedByOrganization(error: unknown): boolean {
  if (!(error instanceof OrgscopeError) || error.code !== 'denied') return false;
  const { cause } = error;
  return deniedByOrganization(cause) || (cause instanceof Error && namesOrganizationPolicy(cause.message));
}

/** "… is not authorized to perform: s3:ListBucket on resource …" */
function actionNamed(message: string): string | undefined {
  return /perform: ([a-z0-9-]+:[A-Za-z0-9]+)/.exec(message)?.[1];
}

const serviceOf = (call: string): string => call.slice(0, call.indexOf(':'));
const firstLine = (message: string): string => (message.split('\n', 1)[0] ?? '').slice(0, 300);
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
