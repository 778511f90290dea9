import { OrgscopeError } from '../core/problem.ts';
import { callError } from './call-error.ts';

/**
 * The failure of one of the SDK's credential providers, as an OrgscopeError that says which credentials it is about.
 * `source` names them for people: `profile "ana"`, `the default credentials`.
 */
export function providerError(error: unknown, source: string, region: string, isDefault: boolean): OrgscopeError {
  // fromIni reports a failed AssumeRole of a profile as STS's own error; all its other errors are about credentials.
  const { code, message, next, where } = callError(error, { region, call: 'sts:AssumeRole' });
  // Only texts of STS are shown. The texts of the SDK's own providers may contain a command line with a secret.
  if (code === 'unexpected' && !isAnswer(error)) {
    return new OrgscopeError(
      'credentials',
      `${source}: no usable credentials`,
      'Check with "aws sts get-caller-identity" (and --profile) in the same shell.',
      {},
      { cause: error },
    );
  }
  const reason = code === 'denied' ? reasonOf(error) : '';
  return new OrgscopeError(
    code === 'unexpected' ? 'malformed' : code,
    `${source}: ${message}${reason}`,
    code === 'unexpected' ? 'Correct what STS names in the AWS configuration.' : next,
    isDefault ? {} : where,
    { cause: error },
  );
}

/**
 * Whether a service answered, as opposed to a provider that failed before it sent a request. A text about a token or an
 * assertion does not count: STS repeats the value that it refuses, which is a secret.
 */
const isAnswer = (error: unknown): boolean =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode !== undefined &&
  error instanceof Error &&
  !/token|assertion/i.test(error.message);

const reasonOf = (error: unknown): string =>
  isAnswer(error) && error instanceof Error && error.message !== '' ? ` (${error.message.split('\n', 1)[0]?.slice(0, 300)})` : '';
