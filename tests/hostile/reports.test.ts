import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemGroups } from '../../core/group-problems.ts';
import type { Problem } from '../../core/problem.ts';

const REGIONS = Array.from({ length: 17 }, (_, number) => `eu-west-${number + 1}`);
const CALLS = ['ec2:DescribeVolumes', 'rds:DescribeDBInstances', 'iam:ListUsers', 'backup:ListBackupJobs'];

/** Every account of an organisation lacks the same four permissions in each region. */
function* deniedIn(accounts: number): Iterable<Problem> {
  for (let number = 0; number < accounts; number++) {
    const account = String(100_000_000_000 + number);
    for (const region of REGIONS) {
      for (const call of CALLS) {
        yield {
          code: 'denied',
          severity: 'failed',
          message: `access denied to ${call}`,
          next: `Add "${call}" to the actions that the policy of this role or user allows.`,
          where: { account, region, call, action: call },
        };
      }
    }
  }
}

function grouped(accounts: number): { readonly cpuSeconds: number; readonly report: string; readonly count: number } {
  const before = process.cpuUsage();
  const groups = problemGroups();
  for (const problem of deniedIn(accounts)) groups.add(problem);
  const found = groups.groups();
  const { user, system } = process.cpuUsage(before);
  return {
    cpuSeconds: (user + system) / 1e6,
    report: JSON.stringify(found),
    count: found.reduce((sum, { count }) => sum + count, 0),
  };
}

test('340,000 problems are counted exactly, in a report as small as that of one account, in the same time each', () => {
  grouped(500);
  const some = grouped(500);
  const all = grouped(5_000);
  assert.equal(all.count, 5_000 * REGIONS.length * CALLS.length);
  assert.ok(all.report.length < 2 * grouped(1).report.length, `${all.report.length} bytes`);
  assert.ok(all.cpuSeconds < 3 * 10 * some.cpuSeconds, `${all.cpuSeconds} s against ${some.cpuSeconds} s for a tenth`);
});
