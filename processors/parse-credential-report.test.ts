import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCredentialReport } from './parse-credential-report.ts';

const ROW = {
  user: 'ann',
  arn: 'arn:aws-cn:iam::111111111111:user/ann',
  user_creation_time: '2026-01-02T03:04:05+00:00',
  password_enabled: 'TRUE',
  password_last_used: 'no_information',
  password_last_changed: '2026-01-02T03:04:05Z',
  password_next_rotation: 'N/A',
  mfa_active: 'False',
  access_key_1_active: 'true',
  access_key_1_last_rotated: '2026-01-02T03:04:05+00:00',
  access_key_1_last_used_date: '2026-02-02T03:04:00+00:00',
  access_key_1_last_used_region: 'cn-north-1',
  access_key_1_last_used_service: 's3',
  access_key_2_active: 'false',
  access_key_2_last_rotated: 'N/A',
  access_key_2_last_used_date: 'N/A',
  access_key_2_last_used_region: 'N/A',
  access_key_2_last_used_service: 'N/A',
  cert_1_active: 'false',
  cert_1_last_rotated: 'N/A',
  cert_2_active: 'false',
  cert_2_last_rotated: 'N/A',
};

test('dates with Z and with an offset, and words of any case, are understood', () => {
  const user = parseCredentialReport(ROW);
  assert.equal(user?.created?.toISOString(), '2026-01-02T03:04:05.000Z');
  assert.equal(user?.passwordLastChanged?.toISOString(), '2026-01-02T03:04:05.000Z');
  assert.equal(user?.passwordEnabled, true);
  assert.equal(user?.mfaActive, false);
  assert.equal(user?.root, false);
  assert.equal(user?.keys[0].lastUsedService, 's3');
});

test('a value that AWS does not report is undefined, not false', () => {
  const user = parseCredentialReport({ ...ROW, password_enabled: 'not_supported', mfa_active: 'N/A' });
  assert.equal(user?.passwordEnabled, undefined);
  assert.equal(user?.mfaActive, undefined);
  assert.equal(user?.passwordLastUsed, undefined);
  assert.equal(user?.passwordNextRotation, undefined);
  assert.equal(user?.keys[1].lastUsed, undefined);
  assert.equal(user?.keys[1].lastUsedRegion, undefined);
});

test('the column about additional keys is kept; a report without it has no value', () => {
  const info = '2 additional access keys. Use ListAccessKeys to list them.';
  assert.equal(parseCredentialReport({ ...ROW, additional_credentials_info: info })?.additionalCredentials, info);
  for (const nothing of ['', 'N/A', undefined])
    assert.equal(parseCredentialReport({ ...ROW, additional_credentials_info: nothing })?.additionalCredentials, undefined);
});

test('an unknown column changes nothing, and a row with fewer columns is read as far as it goes', () => {
  assert.deepEqual(parseCredentialReport({ ...ROW, a_column_of_tomorrow: '[]' }), parseCredentialReport(ROW));
  const { name, keys } = parseCredentialReport({ user: 'old' }) ?? {};
  assert.equal(name, 'old');
  assert.equal(keys?.[0].active, undefined);
});

test('root is recognised by its name and by its ARN', () => {
  assert.equal(parseCredentialReport({ ...ROW, user: '<root_account>' })?.root, true);
  assert.equal(parseCredentialReport({ ...ROW, user: 'x', arn: 'arn:aws-us-gov:iam::111111111111:root' })?.root, true);
});

test('a row without a user is skipped', () => {
  assert.equal(parseCredentialReport({ ...ROW, user: '' }), undefined);
});
