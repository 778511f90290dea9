import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { HttpResponse } from '@smithy/core/protocols';
import type { BucketList } from '../core/naming-list.ts';
import { openReach, type ReachOptions } from './open-reach.ts';
import type { WireHandler } from './reach.ts';

/** An HTTP handler that gives answers which moto can't give (suspended accounts, empty pages, other partitions), and records the calls. */
function stub(answers: Readonly<Record<string, (body: string) => string>>) {
  const asked: string[] = [];
  const handler: WireHandler = {
    async handle(request) {
      const body = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
      const target = request.headers['x-amz-target'];
      const action = target?.slice(target.lastIndexOf('.') + 1) ?? new URLSearchParams(body).get('Action') ?? '';
      asked.push(`${action} ${request.hostname}`);
      const answer = answers[action];
      if (answer === undefined) return { response: new HttpResponse({ statusCode: 404, headers: {} }) };
      return { response: new HttpResponse({ statusCode: 200, headers: {}, body: Buffer.from(answer(body)) }) };
    },
  };
  return { handler, asked, count: (action: string) => asked.filter((one) => one.startsWith(`${action} `)).length };
}

const callerIs = (arn: string) => () =>
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>U</UserId><Account>${arn.split(':')[4]}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const assumed = (expiration: Date) => (body: string) =>
  `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA${new URLSearchParams(body).get('RoleArn')?.split(':')[4]}</AccessKeyId>` +
  `<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration.toISOString()}</Expiration>` +
  '</Credentials></AssumeRoleResult></AssumeRoleResponse>';
const inAnHour = assumed(new Date(Date.now() + 3_600_000));
const TRAILS: BucketList = { names: 'buckets', file: 'trails.txt', objects: 'read', queues: true };
const ROOT = 'arn:aws:iam::100000000001:user/admin';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
function open(wire: WireHandler, lists: Readonly<Record<string, string>> = {}, more: Partial<ReachOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-lists-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(lists)) writeFileSync(join(folder, name), text);
  return openReach({
    lists: folder,
    env: {},
    requestHandler: wire,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 's' },
    ...more,
  });
}

test('suspended and closing accounts are left out with a notice; State takes precedence over Status; an empty page is not the last', async () => {
  const pages = [
    {
      Accounts: [
        { Id: '100000000001', Name: 'management', State: 'ACTIVE', Status: 'ACTIVE' },
        { Id: '100000000002', Name: 'old', Status: 'SUSPENDED' },
        { Id: '100000000003', Name: 'closing', State: 'PENDING_CLOSURE', Status: 'ACTIVE' },
      ],
      NextToken: '1',
    },
    { Accounts: [], NextToken: '2' },
    { Accounts: [{ Id: '100000000004', Name: 'classic', Status: 'ACTIVE' }] },
  ];
  const wire = stub({
    GetCallerIdentity: callerIs(ROOT),
    AssumeRole: inAnHour,
    ListAccounts: (body) => JSON.stringify(pages[Number(JSON.parse(body).NextToken ?? 0)]),
  });
  const { accounts, problems } = await open(wire.handler, {}, { organization: true, roleName: 'Reader' }).accounts();
  assert.deepEqual(
    accounts.map(({ id, name, identity }) => [id, name, identity.key]),
    [
      ['100000000001', 'management', 'default'],
      ['100000000004', 'classic', 'role:arn:aws:iam::100000000004:role/Reader'],
    ],
  );
  assert.deepEqual(
    problems.map(({ severity, where, message }) => [severity, where.account, message]),
    [
      ['notice', '100000000002', 'old is suspended in the organisation: left out'],
      ['notice', '100000000003', 'closing is pending closure in the organisation: left out'],
    ],
  );
});

test("an account that a line names by its id alone has the organisation's name", async () => {
  const wire = stub({
    GetCallerIdentity: callerIs(ROOT),
    AssumeRole: inAnHour,
    ListAccounts: () => JSON.stringify({ Accounts: [{ Id: '100000000004', Name: 'classic', State: 'ACTIVE' }] }),
  });
  const { accounts } = await open(wire.handler, { 'account.txt': '100000000004 eu-west-1\n' }, { organization: true }).accounts();
  assert.deepEqual(
    accounts.map(({ id, name, regions }) => [id, name, regions]),
    [['100000000004', 'classic', ['eu-west-1']]],
  );
});

test('many clients of one role cause one AssumeRole', async () => {
  const wire = stub({ GetCallerIdentity: callerIs(ROOT), AssumeRole: inAnHour });
  const reach = open(wire.handler);
  const identity = await reach.identity('100000000002');
  const regions = ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-west-2', 'sa-east-1'];
  await Promise.all(
    regions.flatMap((region) =>
      [1, 2, 3].map(() => reach.client(STSClient, identity, region).send(new GetCallerIdentityCommand({}))),
    ),
  );
  assert.equal(wire.count('AssumeRole'), 1);
  assert.equal(wire.count('GetCallerIdentity'), 1 + regions.length * 3);
  assert.equal(await reach.identity('100000000002'), identity);
});

test('accounts share a client, each call is signed with the keys of its account, and only the most recently used clients are kept', async () => {
  const keys: string[] = [];
  const handler: WireHandler = {
    async handle({ headers }) {
      keys.push(/Credential=(\w+)\//.exec(headers.authorization ?? '')?.[1] ?? '');
      return { response: new HttpResponse({ statusCode: 200, headers: {}, body: Buffer.from(callerIs(ROOT)()) }) };
    },
  };
  const reach = open(handler);
  const own = await reach.identity();
  const as = (name: string) => ({ ...own, key: name, credentials: async () => ({ accessKeyId: name, secretAccessKey: 's' }) });
  const ask = (name: string) => reach.client(STSClient, as(name), 'eu-west-1').send(new GetCallerIdentityCommand({}));
  keys.length = 0;
  await Promise.all([...'abcabc'].map(ask));
  assert.deepEqual(keys.sort(), [...'aabbcc']);

  const shared = (name: string) => Object.getPrototypeOf(reach.client(EC2Client, as(name), 'eu-west-1'));
  const first = shared('a');
  assert.ok(reach.client(EC2Client, own, 'eu-west-1') instanceof EC2Client);
  assert.equal(shared('b'), first);
  for (let number = 0; number < 400; number += 1) reach.client(STSClient, own, `eu-west-${number}`);
  assert.notEqual(shared('a'), first);
});

for (const [partition, home] of [
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-eusc', 'eusc-de-east-1'],
] as const) {
  test(`in ${partition} roles and home region are of that partition`, async () => {
    const wire = stub({ GetCallerIdentity: callerIs(`arn:${partition}:iam::100000000001:user/a`), AssumeRole: inAnHour });
    const lists = { 'account.txt': `100000000002\n100000000003 ${home}\n100000000004 eu-west-1` };
    const { accounts, problems } = await open(wire.handler, lists, { env: { AWS_REGION: home } }).accounts();
    assert.deepEqual(
      accounts.map(({ identity }) => [identity.key, identity.partition, identity.homeRegion]),
      ['100000000002', '100000000003'].map((id) => [
        `role:arn:${partition}:iam::${id}:role/OrganizationAccountAccessRole`,
        partition,
        home,
      ]),
    );
    assert.deepEqual(
      problems.map(({ code, where }) => [code, where.line]),
      [['malformed', 3]],
    );
  });
}

test('empty lists make no call to AWS', async () => {
  const wire = stub({});
  const reach = open(wire.handler, { 'account.txt': '# nobody yet\n\n', 'trails.txt': '' });
  const { accounts, problems } = await reach.accounts();
  const trails = await reach.bucketTargets(TRAILS);
  assert.deepEqual([accounts, trails.targets, wire.asked], [[], [], []]);
  assert.deepEqual(
    [problems, trails.problems].map((found) => found.map(({ code, severity }) => [code, severity])),
    [[['empty', 'failed']], [['empty', 'failed']]],
  );
});

test('an account named twice, by id and by role, is read once, with a notice', async () => {
  const wire = stub({ GetCallerIdentity: callerIs(ROOT), AssumeRole: inAnHour });
  const lists = { 'account.txt': '100000000002\narn:aws:iam::100000000002:role/Other\n100000000001' };
  const { accounts, problems } = await open(wire.handler, lists).accounts();
  assert.deepEqual(
    accounts.map(({ id }) => id),
    ['100000000002', '100000000001'],
  );
  assert.deepEqual(
    problems.map(({ severity, where }) => [severity, where.line]),
    [['notice', 2]],
  );
});

test('a bucket is read by the caller, whose account id is not looked up, or by the reader that the line names', async () => {
  const wire = stub({ GetCallerIdentity: callerIs(ROOT), AssumeRole: inAnHour });
  const lists = { 'trails.txt': 'bucket-a/p/\ns3://bucket-b 100000000002\nbucket-c nobody' };
  const { targets, problems } = await open(wire.handler, lists).bucketTargets(TRAILS);
  assert.deepEqual(
    targets.map(({ bucket, prefix, identity }) => [bucket, prefix, identity.account]),
    [
      ['bucket-a', 'p/', undefined],
      ['bucket-b', '', '100000000002'],
    ],
  );
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where.line]),
    [['missing', 3]],
  );
});
