import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { actionsOf, leastPolicy } from '../app/least-policy.ts';
import type { JobReport } from '../core/store.ts';
import type { Finding } from '../pipelines/diagnose.ts';
import { missing, missingMinistackProgram, need } from './support/needs.ts';
import { freshAccountId, processEnv } from './support/organisation.ts';
import { makeLists, runCli } from './support/run-cli.ts';
import { ministackProgram, startMinistackWithAuth } from './support/start-ministack.ts';

const REGION = 'us-east-1';
const EXTERNAL_ID = 'orgscope-test';

/** ministack checks each call against the policies of the identity that signed it, as IAM does. */
describe('the least policy', { skip: missing('AWS_CLI') || missingMinistackProgram() }, () => {
  const caller = freshAccountId();
  const member = freshAccountId();
  const rootOf = (account: string) => processEnv(ministack.url, { accessKeyId: account, secretAccessKey: 'test' }, REGION);
  const lists = makeLists({ 'account.txt': `${member} ${REGION}\n` });
  let ministack: Awaited<ReturnType<typeof startMinistackWithAuth>>;
  let iam: IAMClient;

  const orgscope = (...args: string[]) =>
    runCli(
      [
        ...args,
        '--json',
        '--lists',
        lists,
        '--data',
        mkdtempSync(join(tmpdir(), 'orgscope-least-')),
        '--role-name',
        'OrgscopeRead',
        '--external-id',
        EXTERNAL_ID,
      ],
      { ...rootOf(caller), AWS_MAX_ATTEMPTS: '1' },
    );
  /** The actions that were denied in a run, and the number of jobs that succeeded: some fail since ministack does not have their calls. */
  const run = async () => {
    const { stdout, stderr } = await orgscope('run', 'inventory');
    assert.ok(stdout.startsWith('{'), stderr);
    const { failed, totals } = JSON.parse(stdout) as { failed: JobReport[]; totals: { jobs: number } };
    const denied = failed.flatMap(({ problems }) => problems).filter(({ code }) => code === 'denied');
    return { denied: denied.map(({ where }) => where.action), succeeded: totals.jobs - failed.length };
  };

  before(async () => {
    ministack = await startMinistackWithAuth(ministackProgram() as string);
    iam = new IAMClient({
      endpoint: ministack.url,
      region: REGION,
      credentials: { accessKeyId: member, secretAccessKey: 'test' },
    });
    // Creates the stack as `orgscope policy --help` describes; ministack has no StackSets, which would create it in each account.
    const { stdout } = await runCli(['policy', '--format', 'cloudformation']);
    const template = join(mkdtempSync(join(tmpdir(), 'orgscope-template-')), 'orgscope-read.json');
    writeFileSync(template, stdout);
    const parameters = { TrustedAccountId: caller, ExternalId: EXTERNAL_ID };
    const stack = [
      '--stack-name',
      'orgscope-read',
      '--template-body',
      `file://${template}`,
      '--capabilities',
      'CAPABILITY_NAMED_IAM',
    ];
    const given = Object.entries(parameters).map(([key, value]) => `ParameterKey=${key},ParameterValue=${value}`);
    await promisify(execFile)(need('AWS_CLI'), ['cloudformation', 'create-stack', ...stack, '--parameters', ...given], {
      env: { PATH: process.env.PATH, ...rootOf(member), AWS_DEFAULT_REGION: REGION },
    });
  });
  after(async () => {
    iam?.destroy();
    await ministack?.stop();
  });

  test('a run under the role of the CloudFormation template is denied nothing', async () => {
    const { denied, succeeded } = await run();
    assert.deepEqual(denied, []);
    assert.ok(succeeded >= 8, `${succeeded} jobs succeeded`);
  });

  test('`doctor` and `run` name the action that is missing from the policy', async () => {
    const { AttachedPolicies: attached = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'OrgscopeRead' }));
    assert.ok(attached.length > 0);
    const lacking = 'ec2:DescribeSnapshots';
    const Action = actionsOf(leastPolicy()).filter((action) => action !== lacking);
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'less', PolicyDocument }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'OrgscopeRead', PolicyArn: Policy?.Arn }));
    for (const { PolicyArn } of attached) await iam.send(new DetachRolePolicyCommand({ RoleName: 'OrgscopeRead', PolicyArn }));

    assert.deepEqual((await run()).denied, [lacking]);
    const { code, stdout } = await orgscope('doctor');
    assert.equal(code, 1);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    const denied = findings.filter(({ message }) => message.startsWith('denied'));
    assert.equal(denied.length, 1);
    assert.match(denied[0]?.message ?? '', /^denied: ec2:DescribeSnapshots \(/);
    assert.equal(denied[0]?.account, member);
  });
});
