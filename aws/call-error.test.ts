import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrgscopeError } from '../core/problem.ts';
import { callError, deniedByOrganization } from './call-error.ts';

const place = { account: '111122223333', region: 'eu-west-1', call: 'ec2:DescribeInstances' };
const thrown = (name: string, status?: number, message = 'text') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, attempts: 3 } });

test('errors are classified by their codes, not by their texts', () => {
  const expected: readonly [Error, string][] = [
    [thrown('UnauthorizedOperation', 403), 'denied'],
    [thrown('AccessDeniedException', 400), 'denied'],
    // HEAD has no body, so the SDK knows only the status.
    [thrown('Unknown', 403), 'denied'],
    [thrown('ExpiredTokenException', 400), 'credentials'],
    [thrown('InvalidClientTokenId', 403), 'credentials'],
    [thrown('AuthFailure', 401), 'credentials'],
    [thrown('CredentialsProviderError'), 'credentials'],
    [thrown('RequestLimitExceeded', 503), 'throttled'],
    [thrown('Whatever', 429), 'throttled'],
    [thrown('NoSuchBucket', 404), 'missing'],
    [thrown('InvalidInstanceID.NotFound', 400), 'missing'],
    [thrown('OptInRequired', 403), 'missing'],
    [thrown('InternalError', 500), 'unreachable'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'unreachable'],
    [Object.assign(new Error('cert'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'unreachable'],
    [thrown('TimeoutError'), 'unreachable'],
    [thrown('AbortError'), 'interrupted'],
    [thrown('ValidationError', 400, 'Throttling AccessDenied ExpiredToken'), 'unexpected'],
  ];
  for (const [error, code] of expected) assert.equal(callError(error, place).code, code, `${error.name} ${error.message}`);
});

test('the missing action is the one that AWS names, else the one that the caller gives, else the name of the call', () => {
  const named = thrown('AccessDenied', 403, 'User: x is not authorized to perform: kms:Decrypt on resource: y');
  assert.equal(callError(named, place).where.action, 'kms:Decrypt');
  const denied = thrown('AccessDenied', 403);
  assert.equal(callError(denied, { ...place, action: 'ec2:Other' }).where.action, 'ec2:Other');
  assert.equal(callError(denied, place).where.action, 'ec2:DescribeInstances');
  assert.equal(callError(denied, { ...place, call: 's3:HeadObject' }).where.action, 's3:GetObject');
});

test('a denial by a policy of the organisation has advice; the text of AWS refines the advice and does not decide the code', () => {
  const text =
    'User: arn:x is not authorized to perform: ec2:DescribeInstances with an explicit deny in a service control policy: p-1';
  const closed = callError(thrown('UnauthorizedOperation', 403, text), place);
  assert.deepEqual([closed.code, closed.where.action], ['denied', 'ec2:DescribeInstances']);
  assert.match(closed.message, /policy of the organisation/);
  assert.match(closed.next, /lists\/account\.txt/);
  assert.doesNotMatch(closed.next, /Add "/);
  assert.equal(deniedByOrganization(closed), true);
  const wrapped = callError(closed, { ...place, call: 'sqs:ListQueues' });
  assert.equal(deniedByOrganization(wrapped), true, 'from the credentials of the call, too');
  assert.equal(deniedByOrganization(callError(thrown('AccessDenied', 403), place)), false);
  assert.equal(deniedByOrganization(callError(thrown('ValidationError', 400, text), place)), false);
});

test('limits, expired page tokens and missing reports are not classified as defects of orgscope', () => {
  const expected: readonly [string, string, RegExp][] = [
    ['LimitExceeded', 'throttled', /limit of the account/],
    ['LimitExceededException', 'throttled', /limit of the account/],
    ['InvalidNextToken', 'unreachable', /page token/],
    ['PaginationTokenExpiredException', 'unreachable', /page token/],
    ['ReportExpired', 'missing', /report has expired/],
    ['CredentialReportNotReadyException', 'missing', /still making/],
    ['ReportNotPresent', 'missing', /no credential report/],
  ];
  for (const [name, code, message] of expected) {
    const error = callError(thrown(name, name.includes('Report') ? 410 : 400), place);
    assert.equal(error.code, code, name);
    assert.match(error.message, message);
    assert.doesNotMatch(error.next, /defect/);
  }
  // Names of members that every object inherits, such as `constructor`, are not known codes.
  assert.equal(callError(thrown('constructor', 400), place).code, 'unexpected');
});

test('no secret is repeated', () => {
  const signature = thrown('SignatureDoesNotMatch', 403, 'should have been: x-amz-security-token:SECRET');
  const process = thrown('CredentialsProviderError', undefined, 'Command failed: get-keys --password SECRET');
  for (const error of [signature, process]) {
    const { message, next } = callError(error, place);
    assert.doesNotMatch(message + next, /SECRET/);
  }
});

test('the error for an untrusted certificate says where to configure its authority', () => {
  const error = callError(Object.assign(new Error('x'), { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }), place);
  assert.match(error.next, /AWS_CA_BUNDLE/);
});

test('an error of the credentials keeps the location that it names', () => {
  const assume = new OrgscopeError('denied', 'no', 'do', { call: 'sts:AssumeRole', region: 'us-east-1' });
  const error = callError(assume, place);
  assert.equal(error.code, 'denied');
  assert.deepEqual(error.where, { account: '111122223333', region: 'us-east-1', call: 'sts:AssumeRole' });
});
