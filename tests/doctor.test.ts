import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Finding } from '../pipelines/diagnose.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';
import { missing, need } from './support/needs.ts';
import { MEMBER_ROLE, makeOrganisation, type TestOrganisation } from './support/organisation.ts';
import { makeLists, runCli } from './support/run-cli.ts';

const REGION = 'eu-west-1';
/** A region that accounts of moto have not enabled. */
const DISABLED_REGION = 'ap-east-1';
/** Kinds whose calls moto has. */
const KINDS = ['--kinds', 'cloudwatch-alarm,ec2-instance,iam-user,rds-instance'];

test('with empty lists `doctor` checks nothing and does not call AWS', async () => {
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
  const { code, stdout, stderr } = await runCli(['doctor', '--lists', makeLists()], env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /nothing to check.*account\.txt.*--organization/);
});

test('without a connection to AWS each check says so and what to look at', async () => {
  const env = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_MAX_ATTEMPTS: '1',
  };
  const { code, stdout } = await runCli(['doctor', '--json', '--lists', makeLists({ 'account.txt': '111122223333\n' })], env);
  assert.equal(code, 1);
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  assert.equal(ok, false);
  assert.deepEqual(
    findings.filter(({ level }) => level === 'failed').map(({ check }) => check),
    ['caller', 'accounts'],
  );
  for (const { next } of findings.filter(({ level }) => level === 'failed')) assert.match(next, /AWS_ENDPOINT_URL/);
});

describe('doctor', { skip: missing('MOTO_URL') }, () => {
  let organisation: TestOrganisation;
  let first: string;
  let second: string;
  let proxy: FaultProxy;

  const doctor = (lists: Readonly<Record<string, string>>, ...args: string[]) =>
    runCli(['doctor', '--lists', makeLists(lists), ...args], {
      ...organisation.env,
      AWS_ENDPOINT_URL: proxy.url,
      AWS_MAX_ATTEMPTS: '1',
    });
  /** All findings that are not ok. */
  const notOk = async (lists: Readonly<Record<string, string>>, ...args: string[]) => {
    const { code, stdout, stderr } = await doctor(lists, '--json', ...args);
    assert.ok(stdout.startsWith('{'), stderr);
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
    assert.equal(code, ok ? 0 : 1);
    const found = findings.filter(({ level }) => level !== 'ok');
    assert.equal(
      ok,
      found.every(({ level }) => level === 'warning'),
    );
    for (const { next, message } of found) assert.notEqual(next, '', message);
    return found;
  };

  before(async () => {
    organisation = await makeOrganisation(need('MOTO_URL'), 2);
    [first, second] = organisation.memberIds as [string, string];
    proxy = await startFaultProxy(need('MOTO_URL'), { [organisation.keys.accessKeyId]: organisation.managementAccountId });
  });
  beforeEach(() => {
    // moto does not have this call.
    const nothing = { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{"Events":[]}' };
    proxy.rules.splice(0, proxy.rules.length, { action: 'LookupEvents', fault: nothing });
    proxy.calls.length = 0;
    delete proxy.headers.date;
  });
  after(async () => {
    await proxy?.close();
  });

  test('without problems, a finding that all accounts share is one line (with --all a line for each account), and the exit code is 0', async () => {
    const accounts = [organisation.managementAccountId, first, second];
    const options = ['--organization', '--regions', REGION, ...KINDS];
    const { code, stdout, stderr } = await doctor({}, ...options);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^✓ caller +account \d{12}: arn:aws:sts::/m);
    assert.match(stdout, /^✓ clock /m);
    assert.match(stdout, new RegExp(`^✓ regions +named and enabled: ${REGION} \\(3 locations: account \\d{12}; `, 'm'));
    assert.match(stdout, /^✓ calls +\d+ calls are allowed.* \(3 locations: account \d{12}, /m);
    for (const account of accounts) assert.match(stdout, new RegExp(`^✓ accounts +account ${account}: `, 'm'));
    assert.doesNotMatch(stdout, /^[✗!]/m);

    const each = await doctor({}, ...options, '--all');
    for (const account of accounts) {
      assert.match(each.stdout, new RegExp(`^✓ regions +account ${account}: named and enabled: ${REGION}$`, 'm'));
      assert.match(each.stdout, new RegExp(`^✓ calls +account ${account}, ${REGION}: \\d+ calls are allowed`, 'm'));
    }
  });

  test('only the first page is asked for, and only of the kinds that are named and what they look up', async () => {
    await notOk({ 'account.txt': `${first} ${REGION}\n` }, '--kinds', 'ec2-security-group,ec2-vpc');
    assert.deepEqual(proxy.calls.flatMap(({ account, action }) => (account === first ? [action] : [])).sort(), [
      'DescribeNetworkInterfaces',
      'DescribeRegions',
      'DescribeSecurityGroups',
      'DescribeVpcs',
    ]);
  });

  test('a member whose role is refused: the finding names the role and the trust it needs; all other accounts are checked', async () => {
    proxy.rules.push({ action: 'AssumeRole', times: 1, fault: 'access-denied' });
    const [refused, ...others] = await notOk({}, '--organization', '--regions', REGION, ...KINDS);
    assert.deepEqual(others, []);
    assert.equal(refused?.check, 'accounts');
    assert.ok(organisation.memberIds.includes(refused.account ?? ''));
    assert.match(refused.message, new RegExp(`arn:aws:iam::${refused.account}:role/${MEMBER_ROLE} can't be assumed`));
    assert.match(refused.next, /trust policy.*sts:AssumeRole/);
  });

  test('denied calls (of kinds, look-ups and follow-ups) are one finding for each account, which names the actions', async () => {
    for (const action of ['DescribeDBInstances', 'GetAccountAuthorizationDetails', 'DescribeInstanceTypes', 'DescribeAlarms']) {
      proxy.rules.push({ account: first, action, fault: 'access-denied' });
    }
    const found = await notOk({ 'account.txt': `${first} ${REGION}\n${second} ${REGION}\n` }, ...KINDS);
    assert.equal(found.length, 1);
    const actions =
      'cloudwatch:DescribeAlarms, ec2:DescribeInstanceTypes, iam:GetAccountAuthorizationDetails, rds:DescribeDBInstances';
    assert.deepEqual(
      { check: found[0]?.check, account: found[0]?.account, region: found[0]?.region },
      { check: 'calls', account: first, region: REGION },
    );
    assert.match(found[0]?.message ?? '', new RegExp(`^denied: ${actions} \\(\\d+ calls are allowed`));
    assert.match(
      found[0]?.next ?? '',
      new RegExp(`Allow ${actions} in the policy of arn:aws:iam::${first}:role/.*orgscope policy`),
    );
  });

  test('invalid lines of every list are findings with file and line', async () => {
    const found = await notOk(
      {
        'account.txt': `# accounts\n1111-2222-3333\n${first} ${REGION}\n`,
        'account_s3.txt': 'arn:aws:s3:::bucket\n',
        'trails.txt': 'a\n',
        'billing.txt': 'company-billing no-such-profile\n',
        'bucket_s3.txt': 'bucket who else\n',
      },
      '--kinds',
      'rds-instance',
    );
    const wrong: [RegExp, RegExp][] = [
      [/account\.txt:2: "1111-2222-3333"/, /12 digits/],
      [/trails\.txt:1: "a" is not a bucket/, /bucket\/prefix/],
      [/bucket_s3\.txt:1: "else" is more than/, /bucket\/prefix/],
      [/account_s3\.txt:1: "arn:aws:s3:::bucket" is not the ARN of a role/, /arn:PARTITION:iam/],
      [/billing\.txt:1: there is no profile "no-such-profile"/, /aws configure/],
    ];
    assert.deepEqual(
      found.map(({ check, level }) => [check, level]),
      wrong.map(() => ['lists', 'failed']),
    );
    for (const [index, [message, next]] of wrong.entries()) {
      assert.match(found[index]?.message ?? '', message);
      assert.match(found[index]?.next ?? '', next);
    }
  });

  test('a wrong clock is a warning from one minute on, and a failure before AWS refuses calls', async () => {
    const lists = { 'account.txt': `${first} ${REGION}\n` };
    for (const [seconds, level, which] of [
      [20, undefined, undefined],
      [-100, 'warning', 'ahead of'],
      [290, 'failed', 'behind'],
    ] as const) {
      proxy.headers.date = new Date(Date.now() + seconds * 1000).toUTCString();
      const found = await notOk(lists, '--kinds', 'rds-instance');
      assert.deepEqual(
        found.map((finding) => [finding.check, finding.level]),
        level === undefined ? [] : [['clock', level]],
      );
      if (which !== undefined) {
        assert.match(found[0]?.message ?? '', new RegExp(`clock is \\d{3} seconds ${which} AWS's`));
        assert.match(found[0]?.next ?? '', /Set the clock/);
      }
    }
  });

  test('calls that AWS refuses for their time name the clock as the cause', async () => {
    proxy.rules.push({ fault: { code: 'RequestTimeTooSkewed', status: 403 } });
    const found = await notOk({ 'account.txt': `${first} ${REGION}\n` });
    assert.deepEqual(
      found.map(({ check, level }) => [check, level]),
      [
        ['caller', 'failed'],
        ['accounts', 'failed'],
      ],
    );
    for (const { message, next } of found) assert.match(`${message} ${next}`, /clock differs.*Set the clock/);
  });

  test('a region that is not enabled: the finding names its line and the command that enables it; all other regions are checked', async () => {
    const [disabled, ...others] = await notOk(
      { 'account.txt': `${first} ${DISABLED_REGION} ${REGION}\n` },
      '--kinds',
      'rds-instance',
    );
    assert.deepEqual(others, []);
    assert.deepEqual(
      { check: disabled?.check, level: disabled?.level, account: disabled?.account, region: disabled?.region },
      { check: 'regions', level: 'failed', account: first, region: DISABLED_REGION },
    );
    assert.match(
      disabled?.next ?? '',
      new RegExp(`account\\.txt:1.*aws account enable-region --account-id ${first} --region-name ${DISABLED_REGION}`),
    );
    assert.deepEqual([...new Set(proxy.calls.flatMap(({ service, region }) => (service === 'rds' ? [region] : [])))], [REGION]);
  });

  test('a denied DescribeRegions is a failure, and only a warning if the list names regions', async () => {
    proxy.rules.push({ account: first, action: 'DescribeRegions', fault: 'access-denied' });
    const args = ['--kinds', 'rds-instance,iam-user'];
    const [unnamed] = await notOk({ 'account.txt': `${first}\n` }, ...args);
    assert.deepEqual([unnamed?.check, unnamed?.level], ['regions', 'failed']);
    assert.match(unnamed?.next ?? '', /ec2:DescribeRegions.*account\.txt/);
    const [named, ...others] = await notOk({ 'account.txt': `${first} ${REGION}\n` }, ...args);
    assert.deepEqual([named?.check, named?.level, others], ['regions', 'warning', []]);
  });

  test('buckets that may not be listed or opened are failures, and an empty one is a warning', async () => {
    const s3 = new S3Client(await organisation.config(first, 'us-east-1'));
    const full = `doctor-full-${first}`;
    const bare = `doctor-bare-${first}`;
    for (const Bucket of [full, bare]) await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket: full, Key: 'AWSLogs/one.json', Body: '{}' }));
    s3.destroy();
    const lists = {
      'account_s3.txt': `${first}\n`,
      'trails.txt': `${full}/AWSLogs ${first}\n${bare} ${first}\n`,
      'bucket_s3.txt': `${full} ${first}\n`,
    };
    const found = async () =>
      (await notOk(lists))
        .filter(({ check, message }) => check === 'buckets' || message.includes('s3:ListAllMyBuckets'))
        .map(({ level, message, next }) => [level, `${message} → ${next}`] as const);
    const [empty, ...more] = await found();
    assert.deepEqual(more, []);
    assert.equal(empty?.[0], 'warning');
    assert.match(empty?.[1] ?? '', /trails\.txt:2: s3:\/\/doctor-bare-\d+\/ can be listed, and holds nothing → Check the prefix/);

    proxy.rules.push({ action: 'ListBuckets', fault: 'access-denied' }, { action: 'GetObject', fault: 'access-denied' });
    proxy.rules.push({ action: 'ListObjectsV2', when: ({ path }) => path.startsWith(`/${bare}`), fault: 'access-denied' });
    assert.deepEqual(
      (await found()).map(([level, text]) => [level, /(?:Add "|denied: )([\w:]+)/.exec(text)?.[1]]),
      [
        ['failed', 's3:ListAllMyBuckets'],
        ['failed', 's3:GetObject'],
        ['failed', 's3:ListBucket'],
      ],
    );
  });
});
