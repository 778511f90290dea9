import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../core/problem.ts';
import type { JobReport, RunReport } from '../core/store.ts';
import { formatRunReport } from './format-run.ts';

const counts = { documents: 2_900, dropped: 0, deadLetters: 0, retired: 0, bytes: 1 };
const problem = (account: string, code: Problem['code']): Problem => ({
  code,
  severity: 'failed',
  message: 'access denied to ec2:DescribeInstances',
  next: 'Allow it.',
  where: { account },
});
const job = (problems: Problem[]): JobReport => ({
  run: 'r',
  id: 'j',
  pipeline: 'inventory',
  state: 'failed',
  started: '',
  ended: '',
  problems,
  ...counts,
});
const run: RunReport = {
  id: 'r',
  pipelines: ['inventory', 'trails'],
  state: 'failed',
  started: '2026-11-21T08:00:00.000Z',
  ended: '2026-11-21T08:01:05.000Z',
  problems: [],
  totals: { ...counts, written: 12, jobs: 3, failedJobs: 3, skippedSources: 55 },
};

test('a report is a line of totals, then each problem once; a stop by the user is one line', () => {
  const failed = [
    job([problem('111111111111', 'denied')]),
    job([problem('111111111111', 'denied'), problem('222222222222', 'denied')]),
    job([problem('333333333333', 'interrupted')]),
    job([problem('444444444444', 'interrupted')]),
  ];
  assert.deepEqual(formatRunReport(run, failed).split('\n'), [
    '2026-11-21 08:00:00Z  inventory, trails  failed in 1 min 5 s  2,900 documents (12 new), 3 jobs, 3 failed, 55 sources known from before and not opened',
    '  ✗ account 111111111111: access denied to ec2:DescribeInstances → Allow it. (2 times)',
    '  ✗ account 222222222222: access denied to ec2:DescribeInstances → Allow it.',
    '  · stopped before all was done → Run again: what is stored is not read again.',
    '',
  ]);
});
