import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrgscopeError } from '../../core/problem.ts';
import { startExampleServer } from '../../tests/support/example-server.ts';
import { testReach } from '../../tests/support/test-reach.ts';
import { iamCredentialReport } from './iam-credential-report.ts';

/** Reads the report from an IAM that answers GetCredentialReport with these error codes first. Yields its users, the time waited, and how often it was generated. */
async function read(codes: readonly string[]) {
  const left = [...codes];
  const server = await startExampleServer(iamCredentialReport, (call) =>
    call === 'GetCredentialReport' ? left.shift() : undefined,
  );
  const reach = testReach(server.url, '111111111111', { accessKeyId: 'AKID', secretAccessKey: 's', sessionToken: 't' });
  const account = { id: '111111111111', name: 'test', identity: reach.self, regions: undefined, origin: '' };
  let waitedMs = 0;
  const wait = async (delayMs: number) => {
    waitedMs += delayMs;
  };
  const users: unknown[] = [];
  try {
    for await (const rows of iamCredentialReport.read({
      reach,
      account,
      region: 'global',
      signal: new AbortController().signal,
      wait,
    }))
      users.push(...rows.map(({ user }) => user));
  } finally {
    server.close();
  }
  return { users, waitedMs, generated: server.answers.filter(({ call }) => call === 'GenerateCredentialReport').length };
}

test('a report that is in progress again, or expired, after IAM called it complete is requested again', async () => {
  const { users, waitedMs, generated } = await read(['ReportInProgress', 'ReportExpired', 'ReportNotPresent']);
  assert.deepEqual(users, ['<root_account>']);
  assert.equal(waitedMs, 1_000 + 2_000 + 4_000);
  assert.equal(generated, 4, 'the report is generated again after each error');
});

test('waiting for a report ends with an error after some time', async () => {
  await assert.rejects(
    read(Array.from({ length: 1_000 }, () => 'ReportInProgress')),
    (error) => error instanceof OrgscopeError && error.code === 'missing' && /still making/.test(error.message),
  );
});
