import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { conformance, missingConformance } from './support/needs.ts';
import { makeLists, runCli } from './support/run-cli.ts';

const REPORT = 'cur/cur1-csv';
const data = mkdtempSync(join(tmpdir(), 'orgscope-cli-'));
after(() => rmSync(data, { recursive: true, force: true }));

test('run billing stores every row of a real report to the last digit, and a second run changes nothing', {
  skip: missingConformance(REPORT),
}, async () => {
  const common = ['--data', data, '--lists', makeLists()];
  for (const turn of ['first', 'again']) {
    const run = await runCli(['run', 'billing', '--source', conformance(REPORT), ...common]);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    const total = await runCli([
      'sql',
      'SELECT count(*) AS n, sum("aws.billing.unblended_cost") AS total FROM awsbilling',
      '--json',
      ...common,
    ]);
    const [{ n, total: cost }] = JSON.parse(total.stdout);
    assert.equal(n, '1281', turn);
    assert.match(cost, /^1\.68230869740*$/, turn);
  }
});
