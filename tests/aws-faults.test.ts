import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { openReach } from '../aws/open-reach.ts';
import type { Account, Reach } from '../aws/reach.ts';
import { OrgscopeError } from '../core/problem.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';
import { missing, need } from './support/needs.ts';
import { makeOrganisation, type TestOrganisation } from './support/organisation.ts';

/** A refusal of AWS, in the form of each protocol, becomes an error that names account, region, call and the next step. */
const skip = missing('MOTO_URL');
const REGION = 'eu-west-1';
let organisation: TestOrganisation;
let proxy: FaultProxy;
let reach: Reach;
let member: Account;

before(async () => {
  if (skip) return;
  organisation = await makeOrganisation(need('MOTO_URL'), 2);
  proxy = await startFaultProxy(need('MOTO_URL'), { [organisation.keys.accessKeyId]: organisation.managementAccountId });
  Object.assign(process.env, organisation.env, { AWS_ENDPOINT_URL: proxy.url, AWS_MAX_ATTEMPTS: '2' });
  reach = openReach({ lists: tmpdir(), env: process.env, organization: true });
  const { accounts } = await reach.accounts();
  const found = accounts.find(({ id }) => id === organisation.memberIds[0]);
  assert.ok(found);
  member = found;
});
after(async () => {
  reach?.close();
  await proxy?.close();
});

/** One call of each protocol that orgscope uses: EC2's own, query, S3's XML, JSON. */
const CALLS: readonly { call: string; action?: string; run: (account: Account) => Promise<unknown> }[] = [
  {
    call: 'ec2:DescribeInstances',
    run: ({ identity }) => reach.client(EC2Client, identity, REGION).send(new DescribeInstancesCommand({})),
  },
  {
    call: 'rds:DescribeDBInstances',
    run: ({ identity }) => reach.client(RDSClient, identity, REGION).send(new DescribeDBInstancesCommand({})),
  },
  { call: 'iam:ListUsers', run: ({ identity }) => reach.client(IAMClient, identity, REGION).send(new ListUsersCommand({})) },
  {
    call: 'cloudwatch:DescribeAlarms',
    run: ({ identity }) => reach.client(CloudWatchClient, identity, REGION).send(new DescribeAlarmsCommand({})),
  },
  {
    call: 'organizations:ListAccounts',
    run: ({ identity }) => reach.client(OrganizationsClient, identity, REGION).send(new ListAccountsCommand({})),
  },
  {
    call: 's3:ListBuckets',
    action: 's3:ListAllMyBuckets',
    run: ({ identity }) => reach.client(S3Client, identity, REGION).send(new ListBucketsCommand({})),
  },
  {
    call: 's3:ListObjectsV2',
    action: 's3:ListBucket',
    run: ({ identity }) => reach.client(S3Client, identity, REGION).send(new ListObjectsV2Command({ Bucket: 'any-bucket' })),
  },
];

async function failure(call: string, run: (account: Account) => Promise<unknown>, account = member): Promise<OrgscopeError> {
  try {
    await reach.call({ account: account.id, region: REGION, call }, () => run(account));
  } catch (error) {
    assert.ok(error instanceof OrgscopeError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: `${call} did not fail` });
}

for (const { call, action = call, run } of CALLS) {
  const name = call.slice(call.indexOf(':') + 1);
  test(`${call}: denied, with the missing action`, { skip }, async () => {
    proxy.rules.splice(0, Number.POSITIVE_INFINITY, { account: member.id, action: name, fault: 'access-denied' });
    const error = await failure(call, run);
    assert.equal(error.code, 'denied', error.message);
    assert.deepEqual(error.where, { account: member.id, region: REGION, call, action });
    assert.ok(error.next.includes(`"${action}"`));
  });

  test(`${call}: throttled until the attempts ran out, and expired credentials`, { skip }, async () => {
    proxy.rules.splice(0, Number.POSITIVE_INFINITY, { account: member.id, action: name, fault: 'throttling' });
    const before = proxy.calls.length;
    assert.equal((await failure(call, run)).code, 'throttled');
    assert.equal(proxy.calls.length - before, 2);
    proxy.rules.splice(0, Number.POSITIVE_INFINITY, { account: member.id, action: name, fault: 'expired-token' });
    const expired = await failure(call, run);
    assert.equal(expired.code, 'credentials');
    assert.match(expired.message, /expired/);
  });
}

const [describeInstances] = CALLS;
assert.ok(describeInstances);
const { call, run } = describeInstances;

test('a rule of the proxy for one region leaves another region alone', { skip }, async () => {
  proxy.rules.splice(0, Number.POSITIVE_INFINITY, { account: member.id, region: REGION, service: 'ec2', fault: 'access-denied' });
  const client = reach.client(EC2Client, member.identity, 'us-east-1');
  const answer = await reach.call({ account: member.id, region: 'us-east-1', call }, () =>
    client.send(new DescribeInstancesCommand({})),
  );
  assert.deepEqual(answer.Reservations, []);
});

test('a throttled call that then succeeds is no failure', { skip }, async () => {
  proxy.rules.splice(0, Number.POSITIVE_INFINITY, { action: 'DescribeInstances', times: 1, fault: 'throttling' });
  await reach.call({ account: member.id, region: REGION, call }, () => run(member));
  assert.equal(proxy.rules[0]?.times, 0);
});

for (const fault of ['reset', 'cut-body'] as const) {
  test(`${fault}: unreachable once the attempts ran out`, { skip }, async () => {
    proxy.rules.splice(0, Number.POSITIVE_INFINITY, { action: 'DescribeInstances', fault });
    const error = await failure(call, run);
    assert.equal(error.code, 'unreachable', `${error.message} ${error.cause}`);
  });
}

test('an answer in a form that AWS does not use is reported as such', { skip }, async () => {
  for (const one of CALLS.slice(0, 5)) {
    const action = one.call.slice(one.call.indexOf(':') + 1);
    const html = { status: 500, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>500</title>' };
    proxy.rules.splice(0, Number.POSITIVE_INFINITY, { action, fault: html });
    const error = await failure(one.call, one.run);
    assert.equal(error.code, 'unreachable');
    assert.match(error.message, /a page of HTML \(HTTP 500\)/);
  }
});

test('a region that is not enabled is distinguished from a denied one', { skip }, async () => {
  proxy.rules.splice(0, Number.POSITIVE_INFINITY, { action: 'DescribeInstances', fault: { code: 'OptInRequired', status: 403 } });
  const error = await failure(call, run);
  assert.equal(error.code, 'missing');
  assert.match(error.message, /eu-west-1 or ec2 is not enabled/);
});

test('a stopped call is interrupted, before and while it runs', { skip }, async () => {
  proxy.rules.length = 0;
  const place = { account: member.id, region: REGION, call, signal: AbortSignal.abort() };
  await assert.rejects(
    reach.call(place, () => run(member)),
    { code: 'interrupted' },
  );
  const controller = new AbortController();
  const running = reach.call({ ...place, signal: controller.signal }, () => {
    const client = reach.client(EC2Client, member.identity, REGION);
    const sent = client.send(new DescribeInstancesCommand({}), { abortSignal: controller.signal });
    controller.abort();
    return sent;
  });
  await assert.rejects(running, { code: 'interrupted' });
});

test('a member whose role is refused is one problem; all other members are reached', { skip }, async () => {
  const [refused, other] = organisation.memberIds;
  proxy.rules.splice(0, Number.POSITIVE_INFINITY, {
    action: 'AssumeRole',
    fault: 'access-denied',
    account: organisation.managementAccountId,
    times: 1,
  });
  const fresh = openReach({ lists: tmpdir(), env: process.env, organization: true });
  const { accounts, problems } = await fresh.accounts();
  fresh.close();
  assert.equal(accounts.length, 2);
  assert.equal(problems.length, 1);
  const [problem] = problems;
  assert.equal(problem?.code, 'denied');
  assert.equal(problem.where.call, 'sts:AssumeRole');
  assert.equal(problem.where.action, 'sts:AssumeRole');
  assert.ok(problem.where.account === refused || problem.where.account === other);
  assert.ok(problem.message.includes(`:role/OrganizationAccountAccessRole can't be assumed`));
});

test('denied DescribeRegions says that regions can be listed instead', { skip }, async () => {
  proxy.rules.splice(0, Number.POSITIVE_INFINITY, { action: 'DescribeRegions', fault: 'access-denied' });
  await assert.rejects(reach.regions(member), (error: OrgscopeError) => {
    assert.equal(error.code, 'denied');
    assert.equal(error.where.action, 'ec2:DescribeRegions');
    assert.match(error.next, /lists\/account\.txt/);
    return true;
  });
  proxy.rules.length = 0;
  assert.ok((await reach.regions(member)).length > 10, 'a failure is not remembered');
});

test('an organisation that may not be listed is one problem', { skip }, async () => {
  proxy.rules.splice(0, Number.POSITIVE_INFINITY, { action: 'ListAccounts', fault: 'access-denied' });
  const fresh = openReach({ lists: tmpdir(), env: process.env, organization: true });
  const { accounts, problems } = await fresh.accounts();
  fresh.close();
  assert.deepEqual(accounts, []);
  assert.equal(problems.length, 1);
  assert.equal(problems[0]?.where.action, 'organizations:ListAccounts');
});
