import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../core/json.ts';
import { encodeUser } from './encode-user.ts';
import { parseCredentialReport, type ReportedUser } from './parse-credential-report.ts';

const TIME = Date.parse('2026-11-21T08:00:00Z');
const sweep = { account: '111111111111', region: 'global', kind: 'iam-credential-report', scope: '', time: TIME };

function encode(row: Record<string, string>, inactiveAfterDays = 90) {
  const user = parseCredentialReport({ user: 'ann', user_creation_time: '2026-01-01T00:00:00Z', ...row }) as ReportedUser;
  const document = encodeUser({ user, sweep, account: '111111111111', accountName: 'one', rights: undefined, inactiveAfterDays });
  return { document, user: (JSON.parse(Buffer.from(document.body).toString()) as { user: JsonObject }).user };
}

test('the document id is the account and the user, and the document names the sweep', () => {
  const { document } = encode({});
  assert.deepEqual(
    { index: document.index, id: document.id, operation: document.operation, version: document.version },
    { index: 'awsusers-000001', id: '111111111111:ann', operation: 'replace', version: TIME },
  );
  const body = JSON.parse(Buffer.from(document.body).toString()) as JsonObject;
  assert.deepEqual(body.orgscope, { sweep: '111111111111/global/iam-credential-report/' });
});

test('the last activity is the latest use of the password and the keys', () => {
  const { user } = encode({
    password_last_used: '2026-11-01T08:00:00Z',
    access_key_1_last_used_date: '2026-11-11T09:00:00Z',
    access_key_2_last_used_date: '2026-06-01T00:00:00Z',
  });
  assert.equal(user.last_activity, '2026-11-11T09:00:00.000Z');
  assert.equal(user.last_activity_method, 'access_key_1');
  assert.equal(user.days_since_activity, 9);
  assert.equal(user.inactive, false);
  assert.equal((user.password as JsonObject).days_since_used, 20);
  assert.equal((user.access_key_1 as JsonObject).days_since_used, 9);
});

test('a user is inactive from the set day on, and not a day earlier', () => {
  const lastUsed = (day: string) => ({ password_last_used: `${day}T08:00:00Z` });
  assert.equal(encode(lastUsed('2026-08-23')).user.inactive, true);
  assert.equal(encode(lastUsed('2026-08-24')).user.inactive, false);
  assert.equal(encode(lastUsed('2026-08-24'), 30).user.inactive, true);
});

test('a user who was never active is counted from creation', () => {
  assert.equal(encode({}).user.days_since_activity, 324);
  assert.equal(encode({}).user.last_activity, undefined);
  assert.equal(encode({ user_creation_time: '2026-11-20T08:00:00Z' }).user.inactive, false);
});

test('rights that could not be read are absent; root is always an administrator', () => {
  assert.equal('administrator' in encode({}).user, false);
  assert.equal(encode({ user: '<root_account>' }).user.administrator, true);
});
