import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { CreateSecurityGroupCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { openReach } from '../aws/open-reach.ts';
import type { Reach } from '../aws/reach.ts';
import { cloudwatchAlarm } from '../collectors/inventory/cloudwatch-alarm.ts';
import { ec2Instance } from '../collectors/inventory/ec2-instance.ts';
import { ec2SecurityGroup } from '../collectors/inventory/ec2-security-group.ts';
import { iamCredentialReport } from '../collectors/inventory/iam-credential-report.ts';
import { inventoryPipeline } from '../pipelines/inventory-pipeline.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';
import { missing, need } from './support/needs.ts';
import { openTestStore, type TestStore } from './support/open-test-store.ts';
import { makeOrganisation, type TestOrganisation } from './support/organisation.ts';
import { runPipelines } from './support/run-into-store.ts';

const REGION = 'eu-west-1';

describe('inventory with denied calls', { skip: missing('MOTO_URL') }, () => {
  const kinds = [ec2Instance, ec2SecurityGroup, cloudwatchAlarm, iamCredentialReport];
  let folder: string;
  let organisation: TestOrganisation;
  let denied: string;
  let proxy: FaultProxy;
  let reach: Reach;
  let store: TestStore;
  const sweep = () => runPipelines(store, [inventoryPipeline({ reach, kinds, instanceEvents: false, wait: async () => {} })]);
  const instancesOf = async (account: string) =>
    (
      await store.sql(
        `SELECT document FROM awscli_current WHERE "cloud.account.id" = '${account}' AND "resource.type" = 'ec2-instance'`,
      )
    ).rows.length;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orgscope-denied-'));
    organisation = await makeOrganisation(need('MOTO_URL'), 3);
    denied = organisation.memberIds[1] as string;
    for (const account of organisation.memberIds) {
      const ec2 = new EC2Client(await organisation.config(account, REGION));
      await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'unused', Description: 'unused' }));
      await ec2.send(new RunInstancesCommand({ ImageId: 'ami-12c6146b', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }));
      ec2.destroy();
      const iam = new IAMClient(await organisation.config(account, 'us-east-1'));
      await iam.send(new CreateUserCommand({ UserName: 'ana' }));
      iam.destroy();
    }
    proxy = await startFaultProxy(need('MOTO_URL'), { [organisation.keys.accessKeyId]: organisation.managementAccountId });
    Object.assign(process.env, organisation.env, { AWS_ENDPOINT_URL: proxy.url, AWS_MAX_ATTEMPTS: '2' });
    const open = openReach({ lists: folder, env: process.env, organization: true });
    reach = { ...open, regions: async () => [REGION] };
    store = await openTestStore(join(folder, 'a.duckdb'));
  });
  beforeEach(() => {
    proxy.rules.length = 0;
  });
  after(async () => {
    reach?.close();
    await store?.close();
    await proxy?.close();
    await rm(folder, { recursive: true });
  });

  test('all allowed: every job succeeds', async () => {
    const { report } = await sweep();
    assert.equal(report.state, 'succeeded');
    for (const account of organisation.memberIds) assert.equal(await instancesOf(account), 1);
  });

  test('a denied call fails its own job, which names account, region, call and missing action; the rest completes', async () => {
    proxy.rules.push({ account: denied, action: 'DescribeInstances', fault: 'access-denied' });
    const { report, jobs } = await sweep();
    assert.equal(report.state, 'failed');
    const failed = jobs.filter((job) => job.state !== 'succeeded');
    assert.deepEqual(
      failed.map(({ account, region, kind, retired }) => ({ account, region, kind, retired })),
      [{ account: denied, region: REGION, kind: 'ec2-instance', retired: 0 }],
    );
    const [problem] = failed[0]?.problems ?? [];
    assert.equal(problem?.code, 'denied');
    assert.deepEqual(problem?.where, {
      account: denied,
      region: REGION,
      kind: 'ec2-instance',
      call: 'ec2:DescribeInstances',
      action: 'ec2:DescribeInstances',
    });
    assert.match(problem?.next ?? '', /ec2:DescribeInstances/);
    assert.equal(jobs.length, (organisation.memberIds.length + 1) * kinds.length);
    // A denied call does not show that resources are gone, so they are kept.
    for (const account of organisation.memberIds) assert.equal(await instancesOf(account), 1);
  });

  test('an account that denies everything fails alone', async () => {
    proxy.rules.push({ account: denied, when: ({ service }) => service !== 'sts', fault: 'access-denied' });
    const { jobs } = await sweep();
    const failed = jobs.filter((job) => job.state !== 'succeeded');
    assert.deepEqual([...new Set(failed.map(({ account }) => account))], [denied]);
    assert.equal(failed.length, kinds.length);
    assert.ok(failed.every(({ problems }) => problems[0]?.code === 'denied'));
  });

  test('a denied lookup leaves its fields empty, shows the resource, and retires nothing', async () => {
    proxy.rules.push(
      { account: denied, action: 'DescribeNetworkInterfaces', fault: 'access-denied' },
      { account: denied, action: 'GetAccountAuthorizationDetails', fault: 'access-denied' },
    );
    const { jobs } = await sweep();
    const failed = jobs.filter((job) => job.state !== 'succeeded');
    assert.deepEqual(
      failed.map(({ account, kind }) => [account, kind]),
      [
        [denied, 'ec2-security-group'],
        [denied, 'iam-credential-report'],
      ],
    );
    assert.deepEqual(failed[0]?.problems[0]?.where.action, 'ec2:DescribeNetworkInterfaces');
    assert.ok((failed[0]?.documents ?? 0) > 0);
    const { rows } = await store.sql(
      `SELECT DISTINCT "cloud.account.id" AS account, "resource.connected" AS connected FROM awscli_current WHERE "resource.name" = 'unused'`,
    );
    assert.deepEqual(
      rows
        .filter(({ account }) => organisation.memberIds.includes(String(account)))
        .map(({ account, connected }) => [account, connected])
        .sort(),
      organisation.memberIds.map((account) => [account, account === denied ? null : false]).sort(),
    );
  });
});
