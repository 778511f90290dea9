import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { copyProject } from './support/copy-project.ts';
import { makeTrail } from './support/make-trail.ts';
import { missingPackageRegistry } from './support/needs.ts';
import { makeLists, result, said, spawnApart } from './support/run-cli.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'orgscope-package-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });

test('the packed tarball, installed into another project, runs and serves the page', {
  skip: missingPackageRegistry(),
}, async () => {
  const source = copyProject(folder);
  npm(source, 'pack', '--pack-destination', folder);
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true}');
  npm(project, 'install', '--prefer-offline', join(folder, `${name}-${version}.tgz`));
  const bin = join(project, 'node_modules', '.bin', 'orgscope');

  assert.equal((await result(spawnApart([bin, '--version']))).stdout, `${version}\n`);

  const { events } = makeTrail(join(folder, 'trail'), { objects: 3, eventsPerObject: 7 });
  const common = ['--data', join(folder, 'data'), '--lists', makeLists()];
  const run = await result(spawnApart([bin, 'run', 'trails', '--source', join(folder, 'trail'), '--json', ...common]));
  assert.equal(run.code, 0, run.stderr);
  assert.equal(JSON.parse(run.stdout).totals.written, events);

  const up = spawnApart([bin, 'up', '--port', '0', '--every', 'never', ...common]);
  try {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(await said(up, /The page stays up/))?.[0] as string;
    const page = await (await fetch(address)).text();
    const script = /src="([^"]+\.js)"/.exec(page)?.[1] as string;
    assert.equal((await fetch(new URL(script, address))).status, 200);
  } finally {
    up.kill('SIGINT');
    await once(up, 'close');
  }
});
