import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrgscopeError } from '../core/problem.ts';
import { callError } from './call-error.ts';

const place = { account: '111122223333', region: 'eu-west-1', call: 'ec2:DescribeInstances' };
const thrown = (name: string, status?: number, message = 'text') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, attempts: 3 } });

test('codes decide, texts do not', () => {
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

test('the missing action: what AWS names, what the caller knows, what the call is called', () => {
  const named = thrown('AccessDenied', 403, 'User: x is not authorized to perform: kms:Decrypt on resource: y');
  assert.equal(callError(named, place).where.action, 'kms:Decrypt');
  const denied = thrown('AccessDenied', 403);
  assert.equal(callError(denied, { ...place, action: 'ec2:Other' }).where.action, 'ec2:Other');
  assert.equal(callError(denied, place).where.action, 'ec2:DescribeInstances');
  assert.equal(callError(denied, { ...place, call: 's3:HeadObject' }).where.action, 's3:GetObject');
});

test('no secret is repeated', () => {
  const signature = thrown('SignatureDoesNotMatch', 403, 'should have been: x-amz-security-token:SECRET');
  const process = thrown('CredentialsProviderError', undefined, 'Command failed: get-keys --password SECRET');
  for (const error of [signature, process]) {
    const { message, next } = callError(error, place);
    assert.doesNotMatch(message + next, /SECRET/);
  }
});

test('a certificate that is not trusted says where to name its authority', () => {
  const error = callError(Object.assign(new Error('x'), { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }), place);
  assert.match(error.next, /AWS_CA_BUNDLE/);
});

test('an error of the credentials keeps its own place', () => {
  const assume = new OrgscopeError('denied', 'no', 'do', { call: 'sts:AssumeRole', region: 'us-east-1' });
  const error = callError(assume, place);
  assert.equal(error.code, 'denied');
  assert.deepEqual(error.where, { account: '111122223333', region: 'us-east-1', call: 'sts:AssumeRole' });
});
