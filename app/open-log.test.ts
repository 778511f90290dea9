import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupProblems } from '../core/group-problems.ts';
import type { Problem } from '../core/problem.ts';
import type { RunReport } from '../core/store.ts';
import { logRunEnded, logRunStarted, retryLog } from './log-run.ts';
import { openLog } from './open-log.ts';
import { secretsOf } from './secrets-of.ts';

function capture(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const clock = { now: () => new Date('2026-11-21T16:00:00Z') };
  return { lines, log: openLog({ stream: { write: (line: string) => lines.push(line) }, clock, secrets }) };
}

/** Without what differs by machine. */
const entries = (lines: readonly string[]) =>
  lines.map((line) => {
    const { pid, hostname, time, ...rest } = JSON.parse(line);
    assert.ok(pid > 0 && hostname.length > 0);
    assert.equal(time, '2026-11-21T16:00:00.000Z');
    return rest;
  });

test('an entry is one line of JSON with time, level and message', () => {
  const { lines, log } = capture();
  log.info({ run: 'r1' }, 'one\nline');
  log.warn({}, 'w');
  log.error({ where: { account: '111111111111' } }, 'e');
  assert.ok(lines.every((line) => line.endsWith('\n') && !line.slice(0, -1).includes('\n')));
  assert.deepEqual(entries(lines), [
    { level: 'info', run: 'r1', message: 'one\nline' },
    { level: 'warn', message: 'w' },
    { level: 'error', where: { account: '111111111111' }, message: 'e' },
  ]);
});

test('no secret comes through: by the name of its field, as a known text anywhere, or inside a URL', () => {
  const environment = {
    variables: {
      ORGSCOPE_TOKEN: 'tok"en-with-quote',
      ORGSCOPE_STORE: 'https://ana:p%40ssw0rd@engine:9200',
      ORGSCOPE_STORE_API_KEY: 'k3y-of-the-engine',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
      AWS_SESSION_TOKEN: undefined,
      SHORT_PASSWORD: 'a',
      HOME: '/home/ana',
    },
  };
  const secrets = secretsOf(environment);
  assert.deepEqual(secrets, ['tok"en-with-quote', 'p%40ssw0rd', 'p@ssw0rd', 'k3y-of-the-engine', 'wJalrXUtnFEMI/K7MDENG']);
  const { lines, log } = capture(secrets);
  log.error({ token: 'unknown-1', nested: { password: 'unknown-2', deeper: { apiKey: 'unknown-3' } } }, 'fields');
  for (const secret of secrets) log.error({ where: { file: `x ${secret} y` } }, `text ${secret} text`);
  log.info({ address: 'http://10.0.0.1:8686/?from=now&token=unknown-4&x=1' }, 'GET /?token=unknown-5');
  log.warn({}, 'redis://default:unknown-6@redis:6379 does not answer, nor https://unknown-7@host/path');
  const text = lines.join('');
  for (const secret of [...secrets, ...secrets.map((secret) => JSON.stringify(secret).slice(1, -1)), 'unknown-']) {
    assert.ok(!text.includes(secret), `${secret} in ${text}`);
  }
  assert.match(text, /"file":"x \[redacted\] y".*"message":"text \[redacted\] text"/);
  assert.match(text, /http:\/\/10\.0\.0\.1:8686\/\?from=now&token=\[redacted\]&x=1/);
  assert.match(text, /redis:\/\/\[redacted\]@redis:6379 does not answer/);
  for (const line of lines) JSON.parse(line);
});

const place = { account: '111111111111' };
const problem = (more: Partial<Problem> = {}): Problem => ({
  code: 'denied',
  severity: 'failed',
  message: 'access denied to rds:DescribeDBInstances',
  next: 'Add it.',
  where: { ...place, region: 'eu-west-1' },
  ...more,
});

test('a run is told from start to end: retries once, each cause once with its places, then the totals', () => {
  const { lines, log } = capture();
  const run: RunReport = {
    id: 'r1',
    pipelines: ['inventory'],
    state: 'failed',
    started: '2026-11-21T15:00:00.000Z',
    ended: '2026-11-21T15:00:02.500Z',
    problems: groupProblems([
      problem({ code: 'empty', severity: 'notice', message: 'the list names nothing', where: { file: 'trails.txt' } }),
      ...['eu-west-1', 'eu-west-2', 'us-east-1', 'us-east-2'].map((region) => problem({ where: { ...place, region } })),
      problem({ code: 'interrupted' }),
    ]),
    totals: {
      documents: 5,
      dropped: 0,
      deadLetters: 0,
      retired: 0,
      bytes: 10,
      written: 5,
      jobs: 3,
      failedJobs: 2,
      skippedSources: 0,
    },
  };
  const retried = retryLog(log);
  logRunStarted(log, run);
  for (const region of ['eu-west-1', 'us-east-1']) {
    retried(problem({ code: 'throttled', message: `slow down in ${region}`, where: { ...place, region } }), 'r1');
  }
  logRunEnded(log, run);
  const { next } = problem();
  assert.deepEqual(entries(lines), [
    { level: 'info', run: 'r1', pipelines: ['inventory'], message: 'run started' },
    {
      level: 'warn',
      run: 'r1',
      code: 'throttled',
      where: { ...place, region: 'eu-west-1' },
      next,
      message: 'tried again: slow down in eu-west-1',
    },
    {
      level: 'error',
      run: 'r1',
      code: 'denied',
      where: place,
      next,
      times: 4,
      places: ['eu-west-1', 'eu-west-2', 'us-east-1'].map((region) => ({ ...place, region })),
      message: 'access denied to rds:DescribeDBInstances',
    },
    {
      level: 'info',
      run: 'r1',
      code: 'empty',
      where: { file: 'trails.txt' },
      next,
      times: 1,
      message: 'the list names nothing',
    },
    {
      level: 'info',
      run: 'r1',
      pipelines: ['inventory'],
      state: 'failed',
      tookMs: 2500,
      totals: run.totals,
      message: 'run failed',
    },
  ]);
});
