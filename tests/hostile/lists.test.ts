import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ProblemGroup } from '../../core/group-problems.ts';
import { measuredCli } from '../support/measured.ts';
import { makeLists } from '../support/run-cli.ts';

const LINES = 100_000;
/** No profile exists, so that no call reaches AWS. */
const env = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

async function run(line: (index: number) => string) {
  const data = mkdtempSync(join(tmpdir(), 'orgscope-lists-'));
  const lists = makeLists({ 'account.txt': Array.from({ length: LINES }, (_, index) => line(index)).join('\n') });
  const at = ['--data', data, '--lists', lists];
  try {
    const said = await measuredCli(['run', 'inventory', ...at], env);
    const { stdout } = await measuredCli(['status', '--json', ...at], env);
    const { runs } = JSON.parse(stdout) as { runs: { problems: ProblemGroup[] }[] };
    return { ...said, problems: runs[0]?.problems ?? [] };
  } finally {
    rmSync(data, { recursive: true, force: true });
    rmSync(lists, { recursive: true, force: true });
  }
}

test('a list of bad lines is reported by the first line of each kind and a count, at the cost of a list of comments', async () => {
  const harmless = await run((index) => (index === 0 ? 'no-profile' : `# comment ${index}`));
  const hostile = await run((index) => (index % 2 === 0 ? `1234-${index}` : `no-profile-${index}`));
  assert.deepEqual([harmless.code, hostile.code], [1, 1]);
  const [, ...causes] = hostile.stdout.trim().split('\n');
  assert.equal(causes.length, 2, hostile.stdout.slice(0, 4_000));
  for (const cause of causes) {
    assert.match(cause, /^ {2}✗ .*\(50,000 locations: \S*account\.txt:\d; .* and 49,997 more: orgscope status --all\)$/);
  }
  assert.deepEqual(
    hostile.problems.map(({ code, count }) => [code, count]),
    [
      ['malformed', 50_000],
      ['missing', 50_000],
    ],
  );
  assert.ok(hostile.cpuSeconds < 3 * harmless.cpuSeconds, `${hostile.cpuSeconds} s against ${harmless.cpuSeconds} s`);
  assert.ok(hostile.peakMib < 3 * harmless.peakMib, `${hostile.peakMib} MiB against ${harmless.peakMib} MiB`);
});
