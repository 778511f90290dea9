import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { copyProject } from './support/copy-project.ts';
import { documentedFile } from './support/documented-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-kind-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const KIND = 'collectors/inventory/ec2-key-pair.ts';

test('a made-up kind in one file: policy, docs, mapping, registry and tests follow from it', () => {
  const project = copyProject(folder);
  const read = (path: string) => readFileSync(join(project, path), 'utf8');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  writeFileSync(join(project, KIND), documentedFile(KIND).replace('export const ec2KeyPair', 'export const keyPair'));
  const misnamed = spawnSync(process.execPath, ['generate/run.ts'], { cwd: project, encoding: 'utf8', env });
  assert.deepEqual(
    [misnamed.status, misnamed.stdout, misnamed.stderr],
    [
      1,
      '',
      `${KIND} exports keyPair, but a declaration is named after its file. Rename the constant to ec2KeyPair, or the file.\n`,
    ],
  );

  writeFileSync(join(project, KIND), documentedFile(KIND));
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', env });

  const written = node('generate/run.ts').trim().split('\n').sort();
  assert.deepEqual(written, [
    'collectors/inventory/registry.ts',
    'core/declared-kind-fields.ts',
    'docs/collectors.md',
    'docs/fields.md',
    'docs/permissions.md',
    'kibana-dashboards/orgscope.ndjson',
  ]);
  assert.match(read('collectors/inventory/registry.ts'), /\n {2}ec2KeyPair,\n/);
  assert.match(
    read('docs/collectors.md'),
    /\| `ec2-key-pair` \| Key pairs that machines of EC2 are signed in to with\. \| `aws ec2 describe-key-pairs` \|/,
  );
  assert.match(read('docs/permissions.md'), /"ec2:DescribeKeyPairs"/);
  assert.match(read('docs/fields.md'), /`resource\.key_type` \| keyword \| Kind of key\./);
  assert.match(node('cli/main.ts', 'policy', '--kinds', 'ec2-key-pair'), /"ec2:DescribeKeyPairs"/);

  const tests = node('--test', 'collectors/inventory/registry.test.ts');
  assert.match(tests, /✔ ec2-key-pair: its accessors find their values in its example/);
});
