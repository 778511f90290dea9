import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { copyProject } from './support/copy-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-kind-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const DECLARATION = `import { arn, declareKind } from './declare-kind.ts';

/** Key pairs of EC2. */
export const ec2KeyPair = declareKind({
  name: 'ec2-key-pair',
  summary: 'Key pairs made up for a test.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeKeyPairs',
  scope: 'regional',
  items: (output) => output.KeyPairs ?? [],
  id: (pair) => pair.KeyPairId,
  arn: (pair, place) => arn(place, 'ec2', \`key-pair/\${pair.KeyName}\`),
  title: (pair) => pair.KeyName,
  created: (pair) => pair.CreateTime,
  tags: (pair) => pair.Tags,
  fields: [{ name: 'resource.key_type', type: 'keyword', description: 'Kind of key.', value: (pair) => pair.KeyType }],
  example: { KeyPairs: [{ KeyPairId: 'key-0a1b2c3d4e5f60718', KeyName: 'deploy', KeyType: 'ed25519' }] },
});
`;

test('a made-up kind in one file: policy, docs, mapping, registry and tests follow from it', () => {
  const project = copyProject(folder);
  const read = (path: string) => readFileSync(join(project, path), 'utf8');
  writeFileSync(join(project, 'collectors/inventory/ec2-key-pair.ts'), DECLARATION);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', env });

  const written = node('generate/run.ts').trim().split('\n').sort();
  assert.deepEqual(written, [
    'collectors/inventory/registry.ts',
    'docs/collectors.md',
    'docs/fields.md',
    'docs/permissions.md',
    'kibana-dashboards/orgscope.ndjson',
  ]);
  assert.match(read('collectors/inventory/registry.ts'), /\n {2}ec2KeyPair,\n/);
  assert.match(
    read('docs/collectors.md'),
    /\| `ec2-key-pair` \| Key pairs made up for a test\. \| `aws ec2 describe-key-pairs` \|/,
  );
  assert.match(read('docs/permissions.md'), /"ec2:DescribeKeyPairs"/);
  assert.match(read('docs/fields.md'), /`resource\.key_type` \| keyword \| Kind of key\./);
  assert.match(node('cli/main.ts', 'policy', '--kinds', 'ec2-key-pair'), /"ec2:DescribeKeyPairs"/);

  const tests = node('--test', 'collectors/inventory/registry.test.ts');
  assert.match(tests, /✔ ec2-key-pair: its accessors describe its own example/);
});
