import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const BOOTSTRAP = fileURLToPath(new URL('../cli/bootstrap.mjs', import.meta.url));
const top = mkdtempSync(join(tmpdir(), 'orgscope-bootstrap-'));
after(() => rmSync(top, { recursive: true, force: true }));

/** A project with one package to install, an npm that notes each call and "installs" it, and a Node 99 that is this Node. */
let root = '';
let tools = '';
beforeEach(() => {
  root = mkdtempSync(join(top, 'project-'));
  tools = mkdtempSync(join(top, 'tools-'));
  mkdirSync(join(root, 'cli'));
  copyFileSync(BOOTSTRAP, join(root, 'cli', 'bootstrap.mjs'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  lock('1.0.0');
  writeFileSync(
    join(root, 'cli', 'main.ts'),
    `const args: string[] = process.argv.slice(2);
     if (args[0] === 'signal') process.kill(process.pid, 'SIGTERM');
     else { console.log(JSON.stringify(args)); process.exitCode = Number(args[1] ?? 0); }`,
  );
  npm(`
    echo "$@" >> '${root}/npm-calls'
    mkdir -p node_modules/node/bin
    cp package-lock.json node_modules/.package-lock.json
    echo '{"name":"node","version":"99.0.0"}' > node_modules/node/package.json
    ln -sf '${process.execPath}' node_modules/node/bin/node`);
});

function lock(version: string): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/node': { version } } }));
}

function npm(script: string): void {
  writeFileSync(join(tools, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(tools, 'npm'), 0o755);
}

function run(args: string[], path = [tools, '/usr/bin', '/bin'].join(delimiter)) {
  const { npm_execpath: _, NODE_COMPILE_CACHE: __, ...env } = process.env;
  return spawnSync(process.execPath, [join(root, 'cli', 'bootstrap.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...env, PATH: path },
  });
}

const calls = (): number =>
  spawnSync('wc', ['-l', join(root, 'npm-calls')], { encoding: 'utf8' }).stdout.startsWith('1 ') ? 1 : 2;

test('installs packages on first use and after a change of the lock file only, and runs the command on the pinned Node', () => {
  const first = run(['frob', '7', '--x']);
  assert.match(first.stderr, /installing packages/);
  assert.equal(first.stdout, '["frob","7","--x"]\n', 'standard output belongs to the command');
  assert.equal(first.status, 7);
  const second = run(['frob']);
  assert.equal(second.stderr, '');
  assert.equal(second.status, 0);
  assert.equal(calls(), 1);
  lock('2.0.0');
  assert.match(run(['frob']).stderr, /installing packages/);
  assert.equal(calls(), 2);
});

test('keeps what Node compiled beside the packages, and goes on where that folder can not be made', () => {
  const cache = join(root, 'node_modules', '.cache');
  assert.equal(run(['frob']).status, 0);
  assert.equal(readdirSync(join(cache, 'orgscope')).length, 1, 'a folder for this Node');
  rmSync(cache, { recursive: true });
  writeFileSync(cache, 'a file where the folder would be');
  const { status, stdout, stderr } = run(['frob']);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '["frob"]\n', stderr: '' });
});

test('--exec runs another script, and an end by a signal is passed on', () => {
  writeFileSync(join(root, 'other.ts'), 'console.log("other", process.argv[2] satisfies string | undefined);');
  assert.equal(run(['--exec', 'other.ts', 'argument']).stdout, 'other argument\n');
  // If the command replaced this process, the signal ended it; otherwise the exit code names the signal.
  const { status, signal } = run(['signal']);
  assert.ok(status === 128 + 15 || signal === 'SIGTERM', `${status} ${signal}`);
});

test('an npm that fails, or is not there, is one clear message', () => {
  npm('echo "npm error code ENOTFOUND" >&2; exit 1');
  const failed = run(['frob']);
  assert.equal(failed.status, 1);
  assert.match(failed.stderr, /ENOTFOUND.*npm install failed \(exit code 1\).*→ .*HTTPS_PROXY/s);
  const absent = run(['frob'], mkdtempSync(join(top, 'empty-')));
  assert.equal(absent.status, 1);
  assert.match(absent.stderr, /npm was not found/);
});

test("if install scripts were not run, the machine's Node runs the command if it is Node 24", () => {
  npm(`mkdir -p node_modules/node && cp package-lock.json node_modules/.package-lock.json
       echo '{"name":"node","version":"99.0.0"}' > node_modules/node/package.json`);
  const { status, stdout } = run(['frob']);
  assert.equal(status, 0);
  assert.equal(stdout, '["frob"]\n');
});

test('a link to the bin finds its package', () => {
  run(['frob']);
  symlinkSync(join(root, 'cli', 'bootstrap.mjs'), join(tools, 'orgscope'));
  const { stdout } = spawnSync(process.execPath, [join(tools, 'orgscope'), 'frob'], { encoding: 'utf8' });
  assert.equal(stdout, '["frob"]\n');
});
