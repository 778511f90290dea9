import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { openReach } from '../aws/open-reach.ts';
import { missing, need } from './support/needs.ts';
import { makeOrganisation, type TestOrganisation } from './support/organisation.ts';

/** Member accounts from the organisation, on moto. ListAccounts pages after 20. */
const skip = missing('MOTO_URL');
const lists = mkdtempSync(join(tmpdir(), 'orgscope-lists-'));
after(() => rmSync(lists, { recursive: true }));
const MEMBERS = 23;
let making: Promise<TestOrganisation> | undefined;
const organisation = (): Promise<TestOrganisation> => {
  making ??= makeOrganisation(need('MOTO_URL'), MEMBERS);
  return making;
};

test('the test organisation keeps its accounts apart', { skip }, async () => {
  const made = await organisation();
  for (const id of [made.managementAccountId, ...made.memberIds.slice(0, 2)]) {
    const sts = new STSClient(await made.config(id, 'eu-west-1'));
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    sts.destroy();
    assert.equal(Account, id);
  }
});

test('all accounts of the organisation are reached, the caller without the member role', { skip }, async () => {
  const made = await organisation();
  Object.assign(process.env, made.env);
  const reach = openReach({ lists, env: process.env, organization: true });
  try {
    const { accounts, problems } = await reach.accounts();
    assert.deepEqual(problems, []);
    assert.deepEqual(accounts.map(({ id }) => id).sort(), [made.managementAccountId, ...made.memberIds].sort());
    const own = accounts.find(({ id }) => id === made.managementAccountId);
    assert.equal(own?.identity.key, 'default');
    const member = accounts.find(({ id }) => id === made.memberIds[0]);
    assert.equal(member?.name, 'member-1');
    assert.equal(member.identity.key, `role:arn:aws:iam::${member.id}:role/OrganizationAccountAccessRole`);

    const { Account } = await reach.client(STSClient, member.identity, 'eu-west-1').send(new GetCallerIdentityCommand({}));
    assert.equal(Account, member.id);

    const regions = await reach.regions(member);
    assert.ok(regions.includes('eu-west-1') && regions.includes('us-east-1'));
    assert.deepEqual(regions, [...regions].sort());
    const place = { account: member.id, region: 'eu-west-1', call: 'ec2:DescribeVpcs' };
    const { Vpcs } = await reach.call(place, () =>
      reach.client(EC2Client, member.identity, 'eu-west-1').send(new DescribeVpcsCommand({})),
    );
    assert.equal(Vpcs?.[0]?.OwnerId, member.id);
  } finally {
    reach.close();
  }
});

test('a line of account.txt wins over the organisation, with its regions', { skip }, async () => {
  const made = await organisation();
  Object.assign(process.env, made.env);
  const [listed = ''] = made.memberIds;
  const folder = mkdtempSync(join(lists, 'some-'));
  writeFileSync(join(folder, 'account.txt'), `# ours\n${listed} eu-central-1\n`);
  const reach = openReach({ lists: folder, env: process.env, organization: true });
  try {
    const { accounts, problems } = await reach.accounts();
    assert.deepEqual(problems, []);
    assert.equal(accounts.length, MEMBERS + 1);
    const account = accounts.find(({ id }) => id === listed);
    assert.ok(account);
    assert.match(account.origin, /account\.txt:2$/);
    assert.deepEqual(await reach.regions(account), ['eu-central-1']);
  } finally {
    reach.close();
  }
});
