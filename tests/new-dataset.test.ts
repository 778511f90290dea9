import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { copyProject } from './support/copy-project.ts';
import { documentedFile } from './support/documented-file.ts';
import { makeLists, result, spawnApart } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-dataset-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const DATASET = 'processors/logs/global-accelerator.ts';
const ID = '0a1b2c3d-0a1b-4c3d-8e4f-0a1b2c3d4e5f';
const line = (number: number): string =>
  `2.0 111122223333 ${ID} 203.0.113.7 51${number} 198.51.100.1 443 10.0.1.5 443 TCP IPv4 5 ${number} 1795219200 1795219260 ACCEPT OK 198.51.100.9 6000 eu-west-1 us-east-1 INGRESS vpc-0a1b2c3d\n`;

test('a made-up dataset in one file: registry, mapping, docs, help, detection, doctor and the test over all datasets follow from it', async () => {
  const project = copyProject(folder);
  const read = (path: string) => readFileSync(join(project, path), 'utf8');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', env });
  const cli = (args: readonly string[], environment: Record<string, string> = {}) =>
    result(spawnApart([process.execPath, join(project, 'cli/main.ts'), ...args], environment));
  writeFileSync(join(project, DATASET), documentedFile(DATASET));

  assert.deepEqual(node('generate/run.ts').trim().split('\n').sort(), [
    'core/declared-datasets.ts',
    'docs/fields.md',
    'docs/log-datasets.md',
    'kibana-dashboards/orgscope.ndjson',
    'processors/logs/registry.ts',
  ]);
  assert.match(
    read('docs/log-datasets.md'),
    /\| `global_accelerator` \| flow logs of Global Accelerator .*the name, the first line/,
  );
  assert.match(read('docs/fields.md'), /`aws\.global_accelerator\.id` \| keyword \| Id of the accelerator\./);
  assert.match((await cli(['run', '--help'])).stdout, /^ +global_accelerator +flow logs of Global Accelerator$/m);
  assert.match(
    node('--test', 'processors/logs/registry.test.ts'),
    /✔ global_accelerator: its declaration is complete, and its documentation follows from it/,
  );

  const key = 'AWSLogs/111122223333/globalaccelerator/us-west-2/2026/11/21/111122223333_globalaccelerator_x_20261121T0000Z_0.log';
  for (const [path, text] of [
    [key, line(1) + line(2)],
    ['flat/copy.log', line(3)],
  ] as const) {
    const file = join(folder, 'logs', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const common = ['--data', join(folder, 'data'), '--lists', makeLists()];
  const run = await cli(['run', 'logs', '--source', join(folder, 'logs'), ...common]);
  assert.match(
    run.stdout,
    /logs: 1 global_accelerator by first line, 1 global_accelerator by key|logs: 1 global_accelerator by key, 1 global_accelerator by first line/,
  );
  const rows = await cli([
    'sql',
    `SELECT _index, "aws.global_accelerator.id" AS id, sum("network.bytes")::INT AS bytes FROM awslogs GROUP BY 1, 2`,
    '--json',
    ...common,
  ]);
  assert.deepEqual(JSON.parse(rows.stdout), [{ _index: 'awslogs-global_accelerator-2026.11.21', id: ID, bytes: 6 }]);

  const lists = makeLists({ 'logs.txt': 'my-logs/accelerators global_accelerator\nmy-logs/misspelt global_acceleratr\n' });
  const aws = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_MAX_ATTEMPTS: '1',
  };
  const { findings } = JSON.parse((await cli(['doctor', '--json', '--lists', lists], aws)).stdout) as {
    findings: { check: string; message: string; next: string }[];
  };
  const ofLists = findings.filter(({ check, message }) => check === 'lists' && message.includes('logs.txt'));
  assert.deepEqual(
    ofLists.map(({ message }) => message.replace(/^.*logs\.txt/, 'logs.txt')),
    ['logs.txt:2: there is no profile "global_acceleratr" and no such dataset'],
  );
  assert.match(ofLists[0]?.next ?? '', /Datasets: .*global_accelerator/);
});
