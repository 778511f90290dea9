import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupProblems } from '../core/group-problems.ts';
import type { Problem } from '../core/problem.ts';
import type { RunReport } from '../core/store.ts';
import { formatRunReport } from './format-run.ts';

const counts = { documents: 2_900, dropped: 0, deadLetters: 0, retired: 0, bytes: 1 };
const problem = (account: string, code: Problem['code'], region?: string): Problem => ({
  code,
  severity: 'failed',
  message: 'access denied to ec2:DescribeInstances',
  next: 'Allow it.',
  where: { account, ...(region === undefined ? {} : { region }) },
});
const run = (problems: readonly Problem[]): RunReport => ({
  id: 'r',
  pipelines: ['inventory', 'trails'],
  state: 'failed',
  started: '2026-11-21T08:00:00.000Z',
  ended: '2026-11-21T08:01:05.000Z',
  problems: groupProblems(problems),
  totals: { ...counts, written: 12, jobs: 3, failedJobs: 3, skippedSources: 55 },
});
const TOTALS =
  '2026-11-21 08:00:00Z  inventory, trails  failed in 1 min 5 s  2,900 documents (12 new), 3 jobs, 3 failed, 55 sources read before and not opened again';

test('a report is a line of totals, then a line for each cause; a stop by the user is one line', () => {
  const problems = [
    ...['111111111111', '222222222222', '333333333333', '444444444444'].flatMap((account) => [
      problem(account, 'denied', 'eu-west-1'),
      problem(account, 'denied', 'us-east-1'),
    ]),
    problem('111111111111', 'missing'),
    problem('333333333333', 'interrupted'),
    problem('444444444444', 'interrupted'),
  ];
  assert.deepEqual(formatRunReport(run(problems)).split('\n'), [
    TOTALS,
    '  ✗ access denied to ec2:DescribeInstances → Allow it. (8 locations: account 111111111111, eu-west-1; account 111111111111, us-east-1; account 222222222222, eu-west-1 and 5 more: orgscope status --all)',
    '  ✗ account 111111111111: access denied to ec2:DescribeInstances → Allow it.',
    '  · stopped before the end → Run again: sources that are stored are not read again.',
    '',
  ]);
});

test('a problem that recurred in one place begins with the place', () => {
  assert.deepEqual(formatRunReport(run([problem('111111111111', 'denied'), problem('111111111111', 'denied')])).split('\n'), [
    TOTALS,
    '  ✗ account 111111111111: access denied to ec2:DescribeInstances → Allow it. (2 times)',
    '',
  ]);
});
