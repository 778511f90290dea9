import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeCur } from './support/make-cur.ts';
import { makeTrail } from './support/make-trail.ts';
import { makeLists, runCli } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-bad-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a person reads: the lines of the report that say what failed. */
async function run(args: readonly string[], lists: string) {
  const data = mkdtempSync(join(folder, 'data-'));
  const { code, stdout, stderr } = await runCli(['run', ...args, '--data', data, '--lists', lists]);
  const failures = stdout.split('\n').filter((line) => line.startsWith('  ✗ '));
  const count = async (index: string) =>
    Number((await runCli(['search', index, '--count', '--data', data, '--lists', lists])).stdout);
  return { code, stdout, stderr, failures, count };
}

test('objects that are cut off or no JSON are one message each, and the rest is indexed', async () => {
  const trail = join(folder, 'trail');
  const { events } = makeTrail(trail, { objects: 3, eventsPerObject: 4 });
  const whole = gzipSync(JSON.stringify({ Records: [{ eventID: 'x', eventTime: '2026-01-01T00:00:00Z' }] }));
  const name = (id: string) => join(trail, `111111111111_CloudTrail_eu-west-1_20260101T0000Z_${id}.json.gz`);
  writeFileSync(name('cutcutcutcutcut1'), whole.subarray(0, whole.length - 20));
  writeFileSync(name('nojsonnojsonnoj1'), gzipSync('<html>not what was asked for</html>'));
  const { code, failures, count, stdout } = await run(['trails', '--source', trail], makeLists());
  assert.equal(code, 1);
  assert.equal(failures.length, 2, stdout);
  for (const part of ['cutcutcutcutcut1', 'nojsonnojsonnoj1']) {
    assert.equal(failures.filter((line) => line.includes(part) && line.includes(' → ')).length, 1, stdout);
  }
  assert.equal(await count('awscli-trail-*'), events);
});

test('a manifest without its part is one message, and the other report is shown', async () => {
  const reports = join(folder, 'cur');
  const modified = new Date('2026-02-03T00:00:00Z');
  mkdirSync(reports);
  makeCur(reports, { report: 'whole', assemblyId: 'a1', modified, parts: [['1.5', '2.5']] });
  const { parts } = makeCur(reports, { report: 'broken', assemblyId: 'b1', modified, parts: [['1'], ['2']] });
  rmSync(parts[1] as string);
  const { code, failures, count, stdout } = await run(['billing', '--source', reports], makeLists());
  assert.equal(code, 1);
  assert.equal(failures.length, 1, stdout);
  assert.match(failures[0] as string, /broken.* → /);
  assert.equal(await count('awsbilling-*'), 2);
});

test('an empty list is one message that names the file', async () => {
  const lists = makeLists({ 'account.txt': '111111111111\n', 'billing.txt': '# nothing yet\n\n' });
  const { code, failures, stdout } = await run(['billing'], lists);
  assert.equal(code, 1);
  assert.equal(failures.length, 1, stdout);
  assert.match(failures[0] as string, /billing\.txt.*names nothing → /);
});

test('an empty folder gives one message', async () => {
  const { code, failures, stdout } = await run(['trails', '--source', mkdtempSync(join(folder, 'empty-'))], makeLists());
  assert.equal(code, 1);
  assert.equal(failures.length, 1, stdout);
});

test('an unknown profile and a line that means nothing are one message each, with file and line', async () => {
  const lists = makeLists({ 'account.txt': '# ours\nno-such-profile eu-west-1\narn:nonsense\n' });
  const { code, failures, stdout } = await run(['inventory', '--json'], lists);
  assert.equal(code, 1);
  assert.deepEqual(failures, []);
  const { problems, totals } = JSON.parse(stdout);
  assert.equal(totals.jobs, 0);
  assert.deepEqual(problems.map(({ where }: { where: { line: number } }) => where.line).sort(), [2, 3]);
  for (const { where, message, next } of problems) {
    assert.match(where.file, /account\.txt$/);
    assert.ok(message.length > 10 && next.length > 5);
  }
  assert.match(JSON.stringify(problems), /no-such-profile/);
});

test('a dump is imported, and a file that is not JSON is one message beside it', async () => {
  const data = join(folder, 'import');
  const dump = join(folder, 'instances.json');
  const wrong = join(folder, 'wrong.json');
  const example = {
    Reservations: [
      {
        ReservationId: 'r-1',
        OwnerId: '111111111111',
        Instances: [{ InstanceId: 'i-0123456789abcdef0', InstanceType: 't3.micro', State: { Code: 16, Name: 'running' } }],
      },
    ],
  };
  writeFileSync(dump, JSON.stringify(example));
  writeFileSync(wrong, 'not JSON');
  const common = ['--data', data, '--lists', makeLists()];
  const { code, stdout } = await runCli(['import', 'ec2-instance', dump, wrong, '--region', 'eu-west-1', ...common]);
  assert.equal(code, 1);
  const failures = stdout.split('\n').filter((line) => line.startsWith('  ✗ '));
  assert.equal(failures.length, 1, stdout);
  assert.match(failures[0] as string, /wrong\.json.* → /);
  const found = await runCli(['search', 'awscli-current', 'resource.type:ec2-instance', '--json', ...common]);
  const { _source } = JSON.parse(found.stdout);
  assert.equal(_source.cloud.account.id, '111111111111');
  assert.equal(_source.cloud.region, 'eu-west-1');
  assert.equal(readFileSync(dump, 'utf8'), JSON.stringify(example));
});
