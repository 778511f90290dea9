import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { kinds } from '../collectors/inventory/registry.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { makeLists, runCli, spawnCli } from './support/run-cli.ts';

const COMMANDS = ['up', 'run', 'status', 'search', 'sql', 'import', 'prune', 'setup', 'copy', 'doctor', 'policy', 'collectors'];

test('help names every command, and the help of each command shows examples', async () => {
  const top = await runCli(['--help']);
  assert.equal(top.code, 0);
  for (const command of COMMANDS) assert.match(top.stdout, new RegExp(`^  ${command}\\b`, 'm'));
  const helps = await Promise.all(COMMANDS.map((command) => runCli([command, '--help'])));
  for (const [index, { code, stdout, stderr }] of helps.entries()) {
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /Examples:\n {2}\$ /, COMMANDS[index]);
    assert.match(stdout, /--data <dir>/, COMMANDS[index]);
  }
});

test('wrong usage exits with 2 and prints one message that names the right usage', async () => {
  const wrong: [string[], RegExp][] = [
    [[], /Usage: orgscope/],
    [['frobnicate'], /unknown command/],
    [['run'], /missing required argument/],
    [['run', 'everything'], new RegExp(`${PIPELINE_NAMES.join(', ')}, all`)],
    [['run', 'trails', '--sauce', 'x'], /unknown option/],
    [['run', 'inventory', '--source', '/tmp'], /no --source/],
    [['run', 'all', '--source', '/tmp'], /no --source/],
    [['run', 's3', '--source', '/tmp'], /s3:\/\//],
    [['run', 'trails', '--source', 's3://'], /names no bucket/],
    [['run', 'all', '--regions', 'Frankfurt'], /--regions is a list such as/],
    [['run', 'all', '--inactive-after', '0'], /--inactive-after is a number of days/],
    [['run', 'all', '--sample', '--organization'], /exclude each other/],
    [['up', '--port', 'http'], /--port/],
    [['up', '--port', '70000'], /--port/],
    [['up', '--every', '10'], /--every/],
    [['search'], /missing required argument/],
    [['search', 'awscli-*', '--limit', '-1'], /--limit/],
    [['policy', '--kinds', 'ec2-unicorn'], /no kind "ec2-unicorn".*ec2-instance/],
    [['policy', '--format', 'yaml'], /json, cloudformation, terraform/],
    [['doctor', '--kinds', 'ec2-instance,'], /no kind "".*ec2-instance/],
    [['import', 'ec2-unicorn', '/dev/null'], /no kind ec2-unicorn.*ec2-instance/],
    [['import', 'ec2-instance', '/dev/null', '--account', '12'], /twelve digits/],
  ];
  const results = await Promise.all(wrong.map(([args]) => runCli([...args, '--data', '/nonexistent/orgscope'])));
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    const [args, message] = wrong[index] as [string[], RegExp];
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, message, args.join(' '));
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
  }
});

test('a question before the first run exits with 1, says what to do, and creates no store', async () => {
  const data = join(mkdtempSync(join(tmpdir(), 'orgscope-none-')), 'data');
  for (const args of [['status'], ['search', 'awscli-*'], ['sql', 'SELECT 1'], ['prune']]) {
    const { code, stderr } = await runCli([...args, '--data', data, '--lists', makeLists()]);
    assert.equal(code, 1);
    assert.match(stderr, /no data yet.*orgscope up/);
  }
  assert.equal(existsSync(data), false);
});

test('a missing source is reported before a store is opened', async () => {
  const data = join(mkdtempSync(join(tmpdir(), 'orgscope-none-')), 'data');
  const { code, stderr } = await runCli(['run', 'trails', '--source', '/nonexistent/trails', '--data', data]);
  assert.equal(code, 1);
  assert.match(stderr, /\/nonexistent\/trails is not there/);
  assert.equal(existsSync(data), false);
});

test('`collectors` and `policy` name the same actions', async () => {
  const [collectors, catalogue, policy] = await Promise.all([
    runCli(['collectors']),
    runCli(['collectors', '--json']),
    runCli(['policy']),
  ]);
  for (const { name } of kinds) assert.match(collectors.stdout, new RegExp(`^${name} `, 'm'));
  const actions = (JSON.parse(catalogue.stdout) as { actions: string[] }[]).flatMap((kind) => kind.actions);
  const { Version, Statement } = JSON.parse(policy.stdout) as {
    Version: string;
    Statement: { Effect: string; Action: string[] }[];
  };
  assert.equal(Version, '2012-10-17');
  const allowed = Statement.flatMap(({ Effect, Action }) => (Effect === 'Allow' ? Action : []));
  for (const action of actions) assert.ok(allowed.includes(action), action);
  for (const action of allowed)
    assert.match(action, /^[a-z0-9-]+:(Describe|Get|List|Generate|Lookup|Head|BatchGet|Filter)\w+$/, 'only reads');
});

test('environment variables set what no option sets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-env-'));
  writeFileSync(join(folder, 'account.txt'), '111111111111\n');
  const { stderr } = await runCli(['status'], { ORGSCOPE_DATA: join(folder, 'mine'), ORGSCOPE_LISTS: folder });
  assert.ok(stderr.includes(join(folder, 'mine', 'orgscope.duckdb')), stderr);
});

test('a command whose output is closed early ends without an error', async () => {
  const child = spawnCli(['collectors', '--json']);
  let stderr = '';
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  child.stdout?.once('data', () => child.stdout?.destroy());
  const [code] = await once(child, 'close');
  assert.deepEqual([code, stderr], [0, '']);
});
